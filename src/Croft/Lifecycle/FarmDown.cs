using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Lifecycle;

/// <summary>Shuts machines down, and removes them with all that they used.</summary>
public static class FarmDown
{
    /// <summary>Shuts machines down side by side.</summary>
    /// <param name="note">Takes what happens on the way, with the machine's name.</param>
    public static Task DownAsync(Controller controller, IEnumerable<Placed> machines, Action<string, string> note, CancellationToken cancel) =>
        Task.WhenAll(machines.Select(m => new MachineStop(controller, controller.Engine(m.Hypervisor), m.Record, text => note(m.Record.Name, text)).RunAsync(cancel)));

    /// <summary>What <see cref="DestroyAsync"/> would remove, for people.</summary>
    public static IReadOnlyList<string> Describe(Inventory inventory, string farm, IReadOnlyCollection<Placed> machines) =>
    [
        .. from machine in machines
           from hypervisor in inventory.Hypervisors
           where hypervisor.Name == machine.Hypervisor
           let prefix = Volumes.PrefixOf(farm, machine.Record.Name)
           let volumes = hypervisor.Volumes.Values.Where(v => v.Name.StartsWith(prefix, StringComparison.Ordinal)).ToList()
           let layers = volumes.Count(v => v.Name.Contains(".layer-", StringComparison.Ordinal) && v.Name.EndsWith(".json", StringComparison.Ordinal))
           select $"{machine.Record.Name} on {machine.Hypervisor}: {volumes.Count} volumes, {volumes.Sum(v => v.Allocation) >> 20} MiB{(layers > 0 ? $", {layers} layers" : "")}",
    ];

    /// <summary>Removes machines with their disks, layers and addresses; with all of them, the farm's networks and whatever else carries its name.</summary>
    /// <param name="everything">The whole farm is meant, so that what an interrupted command left behind goes too.</param>
    public static async Task DestroyAsync(Controller controller, Inventory inventory, IReadOnlyCollection<Placed> machines, bool everything, CancellationToken cancel)
    {
        CheckOwner(controller, machines);
        await Task.WhenAll(machines.Select(machine => RemoveAsync(controller, machine, cancel)));
        if (!everything)
            return;
        var farm = controller.Farm.Name;
        foreach (var hypervisor in inventory.Hypervisors.Where(h => h.Unreachable is null))
        {
            var engine = controller.Engine(hypervisor.Name);
            foreach (var volume in (await engine.ListVolumesAsync(cancel)).Where(v => v.StartsWith(farm + ".", StringComparison.Ordinal)))
                await engine.DeleteVolumeAsync(volume, cancel);
            foreach (var network in hypervisor.Networks.Where(n => n.Farm == farm && n.Owner == controller.Owner))
                await engine.RemoveNetworkAsync(network.Name, cancel);
        }
    }

    static async Task RemoveAsync(Controller controller, Placed machine, CancellationToken cancel)
    {
        var record = machine.Record;
        var engine = controller.Engine(machine.Hypervisor);
        if (controller.GuestOf(record) is { } guest)
            await guest.CloseAsync(cancel);
        await engine.UndefineAsync(machine.State.Name, cancel);
        foreach (var nic in record.Nics.Where(n => n.Bridge is not null && n.Address is not null))
            await engine.ReleaseAsync(nic.Bridge!, new(nic.Address!, nic.Mac, record.Name), cancel);
        var prefix = Volumes.PrefixOf(record.Farm, record.Name);
        foreach (var volume in (await engine.ListVolumesAsync(cancel)).Where(v => v.StartsWith(prefix, StringComparison.Ordinal)))
            await engine.DeleteVolumeAsync(volume, cancel);
    }

    static void CheckOwner(Controller controller, IEnumerable<Placed> machines)
    {
        if (machines.FirstOrDefault(m => m.Record.Owner != controller.Owner) is { } stranger)
            throw CroftException.World(
                $"machine \"{stranger.Record.Name}\" belongs to the farm \"{stranger.Record.Farm}\" in {stranger.Record.Folder}, not to the one in {controller.Farm.Directory}",
                $"destroy it there: croft destroy -f {stranger.Record.Folder}/farm.yaml; or take the farm over: croft adopt");
    }
}
