using Croft.Farms;

namespace Croft.Engines;

/// <summary>What of a machine an engine can keep.</summary>
public enum StateKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Its disks.</summary>
    Disks,

    /// <summary>Its disks, and its memory while it runs.</summary>
    Memory,
}

/// <summary>What an engine can. What it cannot is refused before anything is touched, by planning where a plan asks for it.</summary>
/// <param name="States">What it keeps of a machine; what goes on from disks alone, boots.</param>
/// <param name="OwnNetworks">Networks that machines of a farm share.</param>
/// <param name="KernelBoot">Kernels without a boot loader, as built images have them.</param>
/// <param name="Firmware">UEFI and TPMs, where the host has them.</param>
/// <param name="Pause">Machines that stand still.</param>
/// <param name="Console">A serial console.</param>
/// <param name="HostNetworks">The host's own bridges, cards and networks.</param>
public sealed record EngineCapabilities(
    StateKind States = StateKind.Memory,
    bool OwnNetworks = true,
    bool KernelBoot = true,
    bool Firmware = true,
    bool Pause = true,
    bool Console = true,
    bool HostNetworks = true
)
{
    /// <summary>A way of its own into guests, for <c>connection: engine</c>.</summary>
    public bool Channel { get; init; }

    /// <summary>Networks that need no privilege, with a forwarded port.</summary>
    public bool UserNetworks { get; init; } = true;

    /// <summary>
    /// Networks are switches of the user's: nothing leads out of them but a user card of each machine, with a forwarded port.
    /// </summary>
    public bool Switches { get; init; }

    /// <summary>Why it can make no networks although its kind can, to be said after its name; null when nothing is missing.</summary>
    public string? NetworkLack { get; init; }

    /// <summary>What mends that.</summary>
    public string? NetworkCure { get; init; }

    /// <summary>VDE switches beside its other networks, which Croft starts: on this host alone.</summary>
    public bool OwnSwitches { get; init; }

    /// <summary>What libvirt of an ordinary user on this host can.</summary>
    internal static EngineCapabilities OfSwitches((string What, string Cure)? lack) =>
        new(OwnNetworks: lack is null, HostNetworks: false)
        {
            Switches = true,
            OwnSwitches = true,
            NetworkLack = lack?.What,
            NetworkCure = lack?.Cure,
        };

    /// <summary>What LXD and Incus can.</summary>
    internal static EngineCapabilities OfContainers { get; } =
        new(StateKind.Disks, KernelBoot: false, Firmware: false) { Channel = true, UserNetworks = false };

    /// <summary>What the engine of a hypervisor can: as it said, or where nobody has asked yet, by what it is.</summary>
    internal static EngineCapabilities Of(HypervisorSpec hypervisor, HypervisorState? state) =>
        state?.Can
        ?? (
            hypervisor.IsLxd ? OfContainers
            : hypervisor.IsSession && hypervisor.IsLocal ? OfSwitches(null)
            : new(OwnNetworks: !hypervisor.IsSession, HostNetworks: !hypervisor.IsSession) { OwnSwitches = hypervisor.IsLocal }
        );
}
