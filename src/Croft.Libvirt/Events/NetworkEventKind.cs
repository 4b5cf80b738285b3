namespace Croft.Libvirt;

/// <summary>What happened to a network.</summary>
public enum NetworkEventKind
{
    /// <summary>It was defined, or its definition changed.</summary>
    Defined = 0,

    /// <summary>Its definition went.</summary>
    Undefined = 1,

    /// <summary>It started.</summary>
    Started = 2,

    /// <summary>It stopped.</summary>
    Stopped = 3,
}
