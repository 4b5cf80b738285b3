namespace Croft.Libvirt;

/// <summary>Which networks to list; none means all.</summary>
[Flags]
public enum NetworkListFlags
{
    /// <summary>Every network.</summary>
    All = 0,

    /// <summary>Those that are started.</summary>
    Active = 1 << 1,
}
