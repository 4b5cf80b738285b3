using System.Collections.Immutable;
using Croft.Engines;

namespace Croft.Testing;

sealed partial class SimulatedConnection
{
    public Task<HypervisorState> ObserveAsync(ImmutableArray<string> firmwareFor, CancellationToken cancel) =>
        AskAsync(
            "looking at everything",
            () =>
                firmwareFor.IsEmpty
                    ? host.State
                    : host.State with
                    {
                        Boot = firmwareFor
                            .Intersect(host.VirtTypes.Keys)
                            .ToImmutableSortedDictionary(arch => arch, _ => new BootSupport(true, true, true), StringComparer.Ordinal),
                    },
            cancel
        );

    public Task<HypervisorState> ObserveRoomAsync(CancellationToken cancel) =>
        AskAsync(
            "asking for its size",
            () =>
                HypervisorState.Silent(Name, "") with
                {
                    Unreachable = null,
                    Vcpus = host.Vcpus,
                    Memory = host.Memory,
                    Machines = host.State.Machines,
                },
            cancel
        );

    public Task<ImmutableArray<MachineState>> ListMachinesAsync(CancellationToken cancel) =>
        AskAsync("listing machines", () => host.State.Machines, cancel);

    public Task<ImmutableArray<NetworkState>> ListNetworksAsync(CancellationToken cancel) =>
        AskAsync("listing networks", () => host.State.Networks, cancel);

    public Task<TimeSpan?> ProveAsync(string arch, string virtType, string kernel, TimeProvider clock, CancellationToken cancel) =>
        AskAsync<TimeSpan?>(
            "proving",
            () => host.VirtTypes.GetValueOrDefault(arch, []).Contains(virtType) ? TimeSpan.FromSeconds(virtType == "kvm" ? 0.4 : 2) : null,
            cancel
        );
}
