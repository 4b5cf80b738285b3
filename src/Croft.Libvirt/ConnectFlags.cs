namespace Croft.Libvirt;

/// <summary>How a connection is opened.</summary>
[Flags]
public enum ConnectFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,
}
