using System.Collections.Immutable;
using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Testing;

sealed partial class SimulatedConnection
{
    /// <summary>What saved memory takes.</summary>
    const long SavedMemory = 50L << 20;

    public Task<string> DefinitionAsync(string domain, CancellationToken cancel) =>
        AskAsync($"reading {domain}", () => simulation.Write(Find(domain).Defined), cancel);

    public Task RefitAsync(MachineRecord record, string? definition, CancellationToken cancel) =>
        OnMachineAsync(
            $"changing the disks of {record.Name}",
            record.Id.ToString(),
            machine => machine.Defined = (definition is null ? machine.Defined : simulation.Read(definition)) with { Record = record },
            cancel
        );

    public Task FreezeAsync(string domain, IReadOnlyList<string> overlays, string? memory, bool holdWrites, CancellationToken cancel) =>
        OnMachineAsync(
            $"freezing the disks of {domain}",
            domain,
            machine =>
            {
                var live = Running(machine).Live!;
                if (memory is not null)
                {
                    CheckSpace(SavedMemory);
                    host.Volume(memory)!.Memory = machine.Guest;
                    host.Volume(memory)!.Allocation += SavedMemory;
                }

                machine.Live = live with
                {
                    Record = live.Record with
                    {
                        Disks = [.. live.Record.Disks.Zip(overlays, (disk, overlay) => disk with { Volume = overlay })],
                    },
                };
                machine.Defined = machine.Defined with { Record = machine.Defined.Record with { Disks = machine.Live.Record.Disks } };
            },
            cancel
        );

    public Task HoldWritesAsync(string domain, CancellationToken cancel) =>
        OnMachineAsync($"freezing the file systems of {domain}", domain, m => Running(m), cancel);

    public Task ReleaseWritesAsync(string domain, CancellationToken cancel) =>
        OnMachineAsync($"thawing the file systems of {domain}", domain, m => Running(m), cancel);

    public Task RestoreAsync(MachineRecord record, string memory, CancellationToken cancel) =>
        OnMachineAsync($"restoring machine \"{record.Name}\"", record.Id.ToString(), machine => machine.Start(Saved(memory)), cancel);

    public Task<IReadOnlyDictionary<string, string>> WritersAsync(CancellationToken cancel) =>
        AskAsync<IReadOnlyDictionary<string, string>>(
            "looking who writes to what",
            () =>
                (
                    from machine in machines.Values
                    where machine.IsOn
                    from disk in machine.Live!.Record.Disks
                    select (disk.Volume, machine.Name)
                ).ToDictionary(w => w.Volume, w => w.Name, StringComparer.Ordinal),
            cancel
        );

    public Task PullAsync(string domain, string volume, string? onto, CancellationToken cancel) =>
        OnMachineAsync(
            $"merging into {volume}",
            domain,
            machine =>
            {
                _ = Running(machine);
                var top = host.Volume(volume)!;
                for (var below = top.Backing; below is not null && below != onto; below = host.Volume(below)!.Backing)
                    top.Allocation += host.Volume(below)!.Allocation;
                top.Backing = onto;
            },
            cancel
        );

    public Task CopyNvramAsync(string from, string to, CancellationToken cancel) =>
        CallAsync(
            $"copying {from}",
            () =>
            {
                var source = host.Volume(from)
                    ?? throw CroftException.World(
                        $"hypervisor \"{Name}\" has no {from}",
                        "croft snapshot list shows which snapshots are whole"
                    );
                Create(to, null, source.Capacity);
            },
            cancel
        );

    public Task CheckKeepableAsync(string domain, bool memory, bool fork, CancellationToken cancel) =>
        OnMachineAsync($"reading {domain}", domain, _ => { }, cancel);

    public Task ForgetTpmAsync(string domain, CancellationToken cancel) => CallAsync($"removing the TPM of {domain}", () => { }, cancel);

    public Task<ImmutableArray<ForeignSnapshot>> ForeignSnapshotsAsync(string domain, CancellationToken cancel) =>
        AskAsync($"listing snapshots of {domain}", () => ImmutableArray<ForeignSnapshot>.Empty, cancel);

    public Task RevertAsync(string domain, string snapshot, CancellationToken cancel) => Task.FromException(NoForeign(domain, snapshot));

    public Task DeleteForeignAsync(string domain, string snapshot, CancellationToken cancel) =>
        Task.FromException(NoForeign(domain, snapshot));

    public Task ForgetForeignAsync(string domain, CancellationToken cancel) =>
        CallAsync($"forgetting snapshots of {domain}", () => { }, cancel);

    public Task ShowAsync(string domain, ShownSnapshot snapshot, string definition, CancellationToken cancel) =>
        OnMachineAsync($"showing {snapshot.Name} of {domain}", domain, _ => { }, cancel);

    public Task ShowOnlyAsync(string domain, IReadOnlyCollection<ShownSnapshot> snapshots, CancellationToken cancel) =>
        OnMachineAsync($"showing the snapshots of {domain}", domain, _ => { }, cancel);

    SimulatedMemory Saved(string volume) => host.Volume(volume)?.Memory ?? throw host.Refusal($"{volume} holds no memory");

    CroftException NoForeign(string domain, string snapshot) =>
        host.Refusal($"nobody makes snapshots of a simulated machine, \"{snapshot}\" of {domain} neither");
}
