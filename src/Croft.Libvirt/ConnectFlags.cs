namespace Croft.Libvirt;

/// <summary>How a connection is opened.</summary>
[Flags]
public enum ConnectFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>Reads only.</summary>
    ReadOnly = 1 << 0,

    /// <summary>URI aliases of the configuration are not used.</summary>
    NoAliases = 1 << 1,
}
