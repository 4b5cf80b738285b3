namespace Croft.Libvirt;

/// <summary>Which networks to list; none means all.</summary>
[Flags]
public enum NetworkListFlags
{
    /// <summary>Every network.</summary>
    All = 0,

    /// <summary>Those that are stopped.</summary>
    Inactive = 1 << 0,

    /// <summary>Those that are started.</summary>
    Active = 1 << 1,

    /// <summary>Those that are defined.</summary>
    Persistent = 1 << 2,

    /// <summary>Those that vanish when they stop.</summary>
    Transient = 1 << 3,

    /// <summary>Those that start with the host.</summary>
    Autostart = 1 << 4,

    /// <summary>Those that do not.</summary>
    NoAutostart = 1 << 5,
}
