using Croft.Farms;

namespace Croft.Engines.Libvirt;

/// <summary>Everything a host needs to define one machine; every file is a volume of Croft's pool.</summary>
/// <param name="Boot">The image's kernel; null boots from the first disk.</param>
/// <param name="Console">Volume that the serial console is logged to.</param>
sealed record DomainDefinition(MachineRecord Record, Guid Uuid, MachineSpec Spec, string VirtType, KernelBoot? Boot, string Console)
{
    public string DomainName => Record.Id.ToString();

    /// <summary>Volume of the CD in the drive; null when there is no drive.</summary>
    public string? Disc { get; init; }
}

/// <summary>A kernel that is loaded without firmware.</summary>
/// <param name="Kernel">Volume.</param>
/// <param name="Initrd">Volume.</param>
/// <param name="Arguments">Without the console, which the host knows.</param>
sealed record KernelBoot(string Kernel, string Initrd, string Arguments);
