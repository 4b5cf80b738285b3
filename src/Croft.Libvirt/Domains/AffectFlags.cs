namespace Croft.Libvirt;

/// <summary>Which state of an object a change is made to.</summary>
[Flags]
public enum AffectFlags
{
    /// <summary>The live one when active, else the definition.</summary>
    Current = 0,

    /// <summary>The running one.</summary>
    Live = 1 << 0,

    /// <summary>The definition.</summary>
    Config = 1 << 1,
}
