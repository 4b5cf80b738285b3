using Croft.Farms;

namespace Croft.Engines;

/// <summary>Everything an engine needs to make one machine. All identity is decided; every file is a volume of Croft's pool.</summary>
/// <param name="Uuid">Stable for a farm's machine, so that saved memory fits a machine made again.</param>
/// <param name="VirtType"><c>kvm</c>, <c>qemu</c>, …</param>
/// <param name="Boot">The image's kernel; null boots from the first disk.</param>
/// <param name="Console">Volume that the serial console is logged to.</param>
public sealed record MachineDefinition(
    MachineRecord Record,
    Guid Uuid,
    MachineSpec Spec,
    string VirtType,
    KernelBoot? Boot,
    string Console)
{
    /// <summary>The machine's name on its hypervisor.</summary>
    public string DomainName => DomainNameOf(Record.Farm, Record.Name);

    /// <summary>The name on a hypervisor of a farm's machine.</summary>
    public static string DomainNameOf(string farm, string machine) => $"{farm}.{machine}";

    /// <summary>The machine's name in its farm.</summary>
    internal static string MachineOf(string domain) => domain[(domain.IndexOf('.', StringComparison.Ordinal) + 1)..];
}

/// <summary>A kernel that is loaded without firmware.</summary>
/// <param name="Kernel">Volume.</param>
/// <param name="Initrd">Volume.</param>
/// <param name="Arguments">Without the console, which the engine knows.</param>
public sealed record KernelBoot(string Kernel, string Initrd, string Arguments);
