namespace Croft.Libvirt;

/// <summary>Which statistics to collect; none means all.</summary>
[Flags]
public enum DomainStatsTypes
{
    /// <summary>All that the driver knows.</summary>
    All = 0,

    /// <summary>State and its reason.</summary>
    State = 1 << 0,

    /// <summary>Processor time.</summary>
    CpuTotal = 1 << 1,

    /// <summary>Memory.</summary>
    Balloon = 1 << 2,

    /// <summary>Virtual processors.</summary>
    Vcpu = 1 << 3,

    /// <summary>Network interfaces.</summary>
    Interface = 1 << 4,

    /// <summary>Disks.</summary>
    Block = 1 << 5,
}
