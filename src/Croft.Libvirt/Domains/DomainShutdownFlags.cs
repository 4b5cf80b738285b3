namespace Croft.Libvirt;

/// <summary>How the guest is asked to shut down or reboot.</summary>
[Flags]
public enum DomainShutdownFlags
{
    /// <summary>As the hypervisor chooses.</summary>
    Default = 0,

    /// <summary>By the ACPI power button.</summary>
    AcpiPowerButton = 1 << 0,

    /// <summary>By the guest agent.</summary>
    GuestAgent = 1 << 1,

    /// <summary>By initctl.</summary>
    Initctl = 1 << 2,

    /// <summary>By a signal to init.</summary>
    Signal = 1 << 3,

    /// <summary>By the hypervisor's own protocol.</summary>
    Paravirt = 1 << 4,
}
