namespace Croft.Libvirt;

/// <summary>Why a domain stopped: the detail of a Stopped event.</summary>
public enum StoppedDetail
{
    /// <summary>Its guest shut down.</summary>
    Shutdown = 0,

    /// <summary>It was destroyed.</summary>
    Destroyed = 1,
}
