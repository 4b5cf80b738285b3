namespace Croft.Libvirt;

/// <summary>How a block job ends.</summary>
[Flags]
public enum BlockJobAbortFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>By switching to the copy or the base.</summary>
    Pivot = 1 << 1,
}
