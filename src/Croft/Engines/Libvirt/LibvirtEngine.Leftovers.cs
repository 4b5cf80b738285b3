using System.Collections.Immutable;
using Croft.Engines.Libvirt.States;

namespace Croft.Engines.Libvirt;

sealed partial class LibvirtEngine
{
    public async Task<ImmutableArray<Leftover>> LeftoversAsync(
        string farm,
        string? owner,
        DateTimeOffset before,
        IEnumerable<MachineRecord> superfluous,
        CancellationToken cancel
    ) => new Leftovers(await ReadAsync(cancel), farm, owner, before).Find(superfluous);

    public async Task<bool> RemoveAsync(Leftover leftover, CancellationToken cancel)
    {
        if (leftover.Kind is LeftoverKind.Image or LeftoverKind.Copy)
            return await RemoveCopiesAsync(
                leftover.Kind == LeftoverKind.Image ? ImageFiles.CopiesOf(leftover.Name) : leftover.Name,
                cancel
            );
        await (
            leftover.Kind == LeftoverKind.Network
                ? host.RemoveNetworkAsync(leftover.Name, cancel)
                : host.DeleteVolumeAsync(leftover.Name, cancel)
        );
        return true;
    }

    async Task<HostContent> ReadAsync(CancellationToken cancel)
    {
        // Before the files and after them: a machine that is frozen meanwhile goes on, on a file that was not seen, over one that it no
        // longer names.
        var used = await host.UsersAsync(cancel);
        var files = await host.DiskFilesAsync("", cancel);
        var snapshots = await new LibvirtStates(this).AllAsync(files.Names, cancel);
        var machines = await host.ListMachinesAsync(cancel);
        var touched = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var machine in machines.Where(m => m.Record is not null))
        {
            if (!new SnapshotTree(machine.Record!, [], files) { Foreign = await host.ForeignSnapshotsAsync(machine.Name, cancel) }.IsOwn)
                touched.Add(machine.Name);
        }

        return new(
            Name,
            machines,
            await host.ListNetworksAsync(cancel),
            files,
            snapshots,
            [.. used.Concat(await host.UsersAsync(cancel)).Select(u => u.Key)],
            touched.ToImmutable()
        );
    }
}
