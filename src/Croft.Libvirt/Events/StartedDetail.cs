namespace Croft.Libvirt;

/// <summary>How a domain started: the detail of a Started event.</summary>
public enum StartedDetail
{
    /// <summary>It booted.</summary>
    Booted = 0,
}
