using Croft.Engines;
using Croft.Farms;

namespace Croft.Lifecycle;

/// <summary>Shuts machines down, and removes them with all that they used.</summary>
public static class FarmDown
{
    /// <summary>Shuts machines down side by side; those inside one of them go first, with it.</summary>
    /// <param name="note">Takes what happens on the way, with the machine's name.</param>
    public static Task DownAsync(
        OpenFarm openFarm,
        IEnumerable<ExistingMachine> machines,
        Action<string, string> note,
        CancellationToken cancel
    ) =>
        Task.WhenAll(
            Outermost(openFarm, machines)
                .Select(m =>
                    new MachineStop(openFarm, openFarm.Engine(m.Hypervisor), m.Record, text => note(m.Record.Name, text)).RunAsync(cancel)
                )
        );

    /// <summary>Cuts the power of machines; what is inside one of them goes with it.</summary>
    public static Task CutAsync(OpenFarm openFarm, IEnumerable<ExistingMachine> machines, CancellationToken cancel) =>
        Task.WhenAll(
            Outermost(openFarm, machines)
                .Select(async m =>
                {
                    await openFarm.LeaveAsync(m.Record.Name, cancel);
                    await openFarm.Engine(m.Hypervisor).StopAsync(m.Record.Id, StopBy.Cutting, cancel);
                })
        );

    /// <summary>The machines that are not inside another one of them.</summary>
    internal static IReadOnlyList<ExistingMachine> Outermost(OpenFarm openFarm, IEnumerable<ExistingMachine> machines)
    {
        var all = machines.ToList();
        var names = all.Select(m => m.Record.Name).ToHashSet(StringComparer.Ordinal);
        return [.. all.Where(m => !Hosts(m).Any(names.Contains))];

        IEnumerable<string> Hosts(ExistingMachine machine)
        {
            for (var host = openFarm.HostOf(machine.Hypervisor); host is not null; host = openFarm.HostOf(host.Hypervisor))
                yield return host.Record.Name;
        }
    }

    /// <summary>What <see cref="DestroyAsync"/> would remove, for people.</summary>
    public static async Task<IReadOnlyList<string>> DescribeAsync(
        OpenFarm openFarm,
        Inventory inventory,
        IReadOnlyCollection<ExistingMachine> machines,
        CancellationToken cancel
    )
    {
        var farm = openFarm.Farm;
        var kept = await Task.WhenAll(
            machines
                .Select(m => m.Hypervisor)
                .Distinct()
                .Select(async h => (Name: h, Files: await openFarm.Engine(h).FilesAsync(farm.Name, null, cancel)))
        );
        return
        [
            .. from machine in machines
            from host in kept
            where host.Name == machine.Hypervisor
            let files = host.Files.Where(f => f.Machine == machine.Record.Name).ToList()
            let layers = files.Count(f => f.IsLayer)
            select $"{machine.Record.Name} on {machine.Hypervisor}: {Amount.Of(files.Count, "volume")}, {files.Sum(f => f.Bytes) >> 20} MiB{(layers > 0 ? $", {Amount.Of(layers, "layer")}" : "")}",
            .. from inner in farm.InnerHypervisors
            where machines.Any(m => m.Record.Name == inner.Machine)
            let inside = inventory.Hypervisors.First(h => h.Name == inner.Name)
            let seen = inside.Machines.Select(m => m.Record?.Name ?? m.Name).ToList()
            let declared = farm.Machines.Where(m => m.Hypervisor == inner.Name).Select(m => m.Name)
            select inside.IsOff
                ? $"With {inner.Machine} goes what is in it, which is not seen now; the farm file declares {string.Join(", ", declared.DefaultIfEmpty("nothing"))}"
                : $"With {inner.Machine} goes what is in it: {string.Join(", ", seen.DefaultIfEmpty("nothing"))}",
        ];
    }

    /// <summary>
    /// Removes machines with their disks, layers and addresses; with all of them, the farm's networks and whatever else carries its name.
    /// </summary>
    /// <param name="everything">The whole farm is meant, so that what an interrupted command left behind goes too.</param>
    public static async Task DestroyAsync(
        OpenFarm openFarm,
        Inventory inventory,
        IReadOnlyCollection<ExistingMachine> machines,
        bool everything,
        CancellationToken cancel
    )
    {
        openFarm.CheckOwner(machines);
        OpenFarm.CheckNames(machines);
        if (everything)
        {
            openFarm.CheckOwner(inventory);
            CheckSharing(openFarm, inventory);
        }

        CheckProtection(machines);

        await Task.WhenAll(
            Outermost(openFarm, machines)
                .Where(machine => machine.State.Power != PowerState.Unknown)
                .Select(machine => RemoveAsync(openFarm, machine.Hypervisor, machine.Record, cancel))
        );
        if (!everything)
        {
            RefuseUnknown(machines);
            return;
        }

        foreach (var hypervisor in inventory.Hypervisors.Where(h => h.Unreachable is null && openFarm.Farm.HostOf(h.Name) is null))
        foreach (var stays in await openFarm.Engine(hypervisor.Name).ClearAsync(openFarm.Farm.Name, openFarm.Owner ?? "", cancel))
            openFarm.Settings.Warn(
                $"{stays.Key} on hypervisor \"{hypervisor.Name}\" stays: {stays.First()}, which is not the farm's, uses it"
            );
    }

    /// <summary>Says, when all else is removed, what is out of reach.</summary>
    static void RefuseUnknown(IEnumerable<ExistingMachine> machines)
    {
        if (machines.FirstOrDefault(m => m.State.Power == PowerState.Unknown) is { State.Member: var member } left)
            throw CroftException.World(
                $"machine \"{left.Record.Name}\" stays: member {member} of hypervisor \"{left.Hypervisor}\" does not answer",
                "run the command again when it is back"
            );
    }

    /// <summary>Removes a machine, after all connections to it.</summary>
    internal static async Task RemoveAsync(OpenFarm openFarm, string hypervisor, MachineRecord record, CancellationToken cancel)
    {
        var engine = openFarm.Engine(hypervisor);
        await openFarm.LeaveAsync(record.Name, cancel);
        if (openFarm.GuestOf(hypervisor, record) is { } guest)
            await guest.CloseAsync(cancel);
        await engine.RemoveAsync(record, cancel);
        await ReleaseBesideAsync(openFarm, hypervisor, record, cancel);
    }

    /// <summary>Gives back the addresses of a machine in networks that another hypervisor of its host makes.</summary>
    internal static async Task ReleaseBesideAsync(OpenFarm openFarm, string hypervisor, MachineRecord record, CancellationToken cancel)
    {
        if (record.Nics.All(n => n.Parent is null) || openFarm.Farm.Hypervisors.FirstOrDefault(h => h.Name == hypervisor) is not { } own)
            return;
        foreach (var beside in openFarm.Farm.Hypervisors.Where(h => h != own && h.IsBeside(own)))
            await openFarm.AskAsync(beside.Name, async maker =>
            {
                await maker.ReleaseAsync(record, cancel);
                return record;
            });
    }

    static IEnumerable<NetworkState> Own(OpenFarm openFarm, HypervisorState hypervisor) =>
        hypervisor.Networks.Where(n => n.Farm == openFarm.Farm.Name && n.Owner == openFarm.Owner);

    static void CheckProtection(IEnumerable<ExistingMachine> machines)
    {
        if (machines.FirstOrDefault(m => m.State.Unprotect is not null) is { } kept)
            throw CroftException.World(
                $"machine \"{kept.Record.Name}\" is protected from being removed, so nothing was touched",
                $"on hypervisor \"{kept.Hypervisor}\", if it may go: {kept.State.Unprotect}"
            );
    }

    static void CheckSharing(OpenFarm openFarm, Inventory inventory)
    {
        var guests =
            from hypervisor in inventory.Hypervisors
            from network in Own(openFarm, hypervisor)
            from other in inventory.Hypervisors
            from machine in other.Machines
            let record = machine.Record
            where record is not null && record.Owner != openFarm.Owner
            where record.Nics.Any(nic => nic.Bridge == network.Name && (other == hypervisor || nic.Parent is not null))
            select (Network: network.Name, Record: record);
        if (guests.FirstOrDefault() is { Record: { } guest } shared)
            throw CroftException.World(
                $"network {shared.Network} is used by machine \"{guest.Name}\" of the farm \"{guest.Farm}\" in {guest.Folder}",
                $"destroy that farm first: croft destroy -f {guest.Folder}/farm.yaml; or name the machines to destroy, and the network stays"
            );
    }
}
