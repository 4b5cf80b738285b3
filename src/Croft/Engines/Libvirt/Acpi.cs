namespace Croft.Engines.Libvirt;

/// <summary>When a machine has ACPI.</summary>
enum Acpi
{
    /// <summary>Never: the hardware is described in another way.</summary>
    Never,

    /// <summary>Only where UEFI hands its tables to the kernel; libvirt refuses it otherwise.</summary>
    WithUefi,

    /// <summary>However it boots.</summary>
    Always,
}
