using Croft.Farms;

namespace Croft.Engines.Libvirt;

/// <summary>What a machine of an architecture is built of when the farm file does not say.</summary>
/// <param name="MachineType">QEMU's machine type.</param>
/// <param name="EmulatedCpu">CPU model under emulation: the cheapest one that today's distributions boot on; null leaves it to
/// QEMU.</param>
/// <param name="Console">The guest's name of the first serial port.</param>
/// <param name="Acpi">When the machine has ACPI.</param>
/// <param name="Bus">PCI bus for cards that libvirt does not know of; null where cards are on no PCI bus.</param>
sealed record Architecture(string MachineType, string? EmulatedCpu, string Console, Acpi Acpi, string? Bus)
{
    const string Express = "pcie.0";

    /// <exception cref="CroftException">Croft does not know the architecture.</exception>
    public static Architecture Of(string arch) =>
        arch switch
        {
            "x86_64" => new("q35", "qemu64", "ttyS0", Acpi.Always, Express),
            "i686" => new("q35", "qemu32", "ttyS0", Acpi.Always, Express),
            "aarch64" => new("virt", "cortex-a57", "ttyAMA0", Acpi.WithUefi, Express),
            "riscv64" => new("virt", null, "ttyS0", Acpi.Never, Express),
            "ppc64le" => new("pseries", null, "hvc0", Acpi.Never, "pci.0"),
            "s390x" => new("s390-ccw-virtio", null, "ttysclp0", Acpi.Never, null),
            _ => throw CroftException.Usage($"architecture \"{arch}\" is not known", "croft hypervisors lists what each host can run"),
        };

    /// <summary>Whether a card can be plugged into a running machine of a type only where a root port is free.</summary>
    /// <param name="machineType">Null is the architecture's own.</param>
    public bool NeedsPorts(string? machineType) =>
        Bus == Express
        && (
            machineType is null
            || machineType.Contains("q35", StringComparison.Ordinal)
            || machineType.StartsWith("virt", StringComparison.Ordinal)
        );

    /// <summary>Whether a machine that boots in this way has ACPI.</summary>
    public bool HasAcpi(Firmware firmware) => Acpi == Acpi.Always || Acpi == Acpi.WithUefi && firmware == Firmware.Uefi;
}
