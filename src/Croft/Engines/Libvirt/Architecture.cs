namespace Croft.Engines.Libvirt;

/// <summary>What a machine of an architecture is built of when the farm file does not say.</summary>
/// <param name="MachineType">QEMU's machine type.</param>
/// <param name="EmulatedCpu">CPU model under emulation: the cheapest one that today's distributions boot on.</param>
/// <param name="Console">The guest's name of the first serial port.</param>
/// <param name="Acpi">Whether the machine has ACPI and so a power button.</param>
/// <param name="Bus">PCI bus for cards that libvirt does not know of.</param>
sealed record Architecture(string MachineType, string? EmulatedCpu, string Console, bool Acpi, string Bus)
{
    /// <exception cref="CroftException">Croft does not know the architecture.</exception>
    public static Architecture Of(string arch) => arch switch
    {
        "x86_64" => new("q35", "qemu64", "ttyS0", true, "pcie.0"),
        "i686" => new("q35", "qemu32", "ttyS0", true, "pcie.0"),
        "aarch64" => new("virt", "cortex-a57", "ttyAMA0", true, "pcie.0"),
        "riscv64" => new("virt", null, "ttyS0", false, "pcie.0"),
        "ppc64le" => new("pseries", null, "hvc0", false, "pci.0"),
        "s390x" => new("s390-ccw-virtio", null, "ttysclp0", false, ""),
        _ => throw CroftException.Usage($"architecture \"{arch}\" is not known", "croft hypervisors lists what each host can run"),
    };

}
