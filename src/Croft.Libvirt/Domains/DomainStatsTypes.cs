namespace Croft.Libvirt;

/// <summary>Which statistics to collect; none means all.</summary>
[Flags]
public enum DomainStatsTypes
{
    /// <summary>All that the driver knows.</summary>
    All = 0,

    /// <summary>State and its reason.</summary>
    State = 1 << 0,
}
