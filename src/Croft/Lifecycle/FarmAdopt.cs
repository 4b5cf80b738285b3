using Croft.Engines;
using Croft.Guests;

namespace Croft.Lifecycle;

/// <summary>Takes over the farm of this name that another folder made, or this one before it lost its <c>.croft</c>.</summary>
public static class FarmAdopt
{
    /// <summary>Makes the machines know this folder, and the guests that run let this user in.</summary>
    /// <returns>The machines, and those whose guests could not be told this user's key.</returns>
    /// <exception cref="CroftException">No hypervisor has such a farm.</exception>
    public static async Task<(int Machines, IReadOnlyList<string> WithoutKey)> RunAsync(OpenFarm openFarm, CancellationToken cancel)
    {
        var farm = openFarm.Farm;
        var inventory = (await openFarm.ObserveAsync(cancel)).Inventory;
        var machines = inventory.MachinesOf(farm.Name).ToList();
        var owner = machines
            .Select(m => m.Machine.Record!.Owner)
            .Concat(inventory.Hypervisors.SelectMany(h => h.Networks).Where(n => n.Farm == farm.Name).Select(n => n.Owner!))
            .FirstOrDefault()
            ?? throw CroftException.Usage($"no hypervisor has a farm \"{farm.Name}\"", "croft up makes it");
        var folders = machines
            .Select(m => m.Machine.Record!.Folder)
            .Concat(inventory.Hypervisors.SelectMany(h => h.Networks).Where(n => n.Farm == farm.Name).Select(n => n.Folder!));
        await openFarm.AdoptAsync(owner, folders, cancel);
        var key = await openFarm.Settings.Backends.UserKeyAsync(openFarm.Settings.UserKey, cancel);
        var withoutKey = new List<string>();
        foreach (var (hypervisor, machine) in machines)
        {
            var engine = openFarm.Engine(hypervisor.Name);
            await engine.MarkAsync(machine.Record! with { Folder = farm.Directory }, cancel);
            if (machine.Power != PowerState.Running || !await LetInAsync(engine, machine, key, cancel))
                withoutKey.Add(machine.Record!.Name);
        }

        return (machines.Count, withoutKey);
    }

    static async Task<bool> LetInAsync(IEngine engine, MachineState machine, string key, CancellationToken cancel)
    {
        var answer = await engine.RunInGuestAsync(
            machine.Record!.Id,
            $"""
            set -e; umask 077
            user={ShellWord.Quote(machine.Record.User)}
            home=$(getent passwd "$user" | cut -d: -f6)
            mkdir -p "$home/.ssh"
            grep -qxF {ShellWord.Quote(key)} "$home/.ssh/authorized_keys" 2>/dev/null || echo {ShellWord.Quote(
                key
            )} >>"$home/.ssh/authorized_keys"
            chown -R "$user:" "$home/.ssh"
            """,
            TimeSpan.Zero,
            cancel
        );
        return answer is { ExitCode: 0 };
    }
}
