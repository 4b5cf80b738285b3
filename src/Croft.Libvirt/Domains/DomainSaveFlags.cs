namespace Croft.Libvirt;

/// <summary>How memory is saved and restored.</summary>
[Flags]
public enum DomainSaveFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>The restored domain runs.</summary>
    Running = 1 << 1,

    /// <summary>The restored domain is paused.</summary>
    Paused = 1 << 2,
}
