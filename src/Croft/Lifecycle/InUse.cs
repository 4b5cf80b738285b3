using Croft.Engines;
using Croft.Guests;

namespace Croft.Lifecycle;

/// <summary>Marks machines that the user works in, so that <c>run</c> does not revert them unasked.</summary>
public static class InUse
{
    /// <summary>The guest of a running machine, which from now on is held.</summary>
    /// <param name="by">The command, for the message.</param>
    /// <exception cref="CroftException">The machine is off, or has no address that Croft knows.</exception>
    public static async Task<Guest> OpenAsync(OpenFarm openFarm, ExistingMachine machine, string by, CancellationToken cancel)
    {
        if (machine.State.Power != PowerState.Running)
            throw CroftException.World(
                $"machine \"{machine.Record.Name}\" is {machine.State.Power.ToString().ToLowerInvariant()}",
                $"croft start {machine.Record.Name}"
            );
        await MarkAsync(openFarm, machine, by, cancel);
        return openFarm.SshTo(machine)
            ?? throw CroftException.World(
                $"machine \"{machine.Record.Name}\" has no address that Croft knows",
                $"croft console {machine.Record.Name}"
            );
    }

    /// <summary>Marks a machine, and those that it is inside of; nothing happens to one that is held already.</summary>
    public static async Task MarkAsync(OpenFarm openFarm, ExistingMachine machine, string by, CancellationToken cancel)
    {
        var engine = openFarm.Engine(machine.Hypervisor);
        // A run may have written it since it was listed.
        if (machine.Record.InUse is null && await engine.FindAsync(machine.Record.Id, cancel) is { Record: { InUse: null } now })
            await engine.MarkAsync(now with { InUse = by }, cancel);
        await MarkHostAsync(openFarm, machine, by, cancel);
    }

    /// <summary>Marks the machines that a machine is inside of: its state is theirs, too.</summary>
    internal static Task MarkHostAsync(OpenFarm openFarm, ExistingMachine machine, string by, CancellationToken cancel) =>
        openFarm.HostOf(machine.Hypervisor) is { } host ? MarkAsync(openFarm, host, by, cancel) : Task.CompletedTask;
}
