using Croft.Engines;
using Croft.Farms;
using Croft.Guests;

namespace Croft.Lifecycle;

/// <summary>Marks machines that the user works in, so that <c>run</c> does not revert them unasked.</summary>
public static class InUse
{
    /// <summary>The guest of a running machine, which from now on is held, with its passwords at hand.</summary>
    /// <param name="by">The command, for the message.</param>
    /// <param name="needs">What the command needs of the way in; null needs nothing.</param>
    /// <exception cref="CroftException">The machine is off, or Croft cannot enter it so.</exception>
    public static async Task<IGuest> OpenAsync(
        OpenFarm openFarm,
        ExistingMachine machine,
        string by,
        CancellationToken cancel,
        Func<WayCapabilities, bool>? needs = null
    )
    {
        var name = machine.Record.Name;
        var login = openFarm.LoginOf(machine.Record);
        if (!(needs ?? (can => can.Commands))(login.Can))
            throw CroftException.Usage(
                $"machine \"{name}\" has connection: {login.Connection.ToString().ToLowerInvariant()}, and {by} needs another",
                login.Can.Commands && by != "exec"
                    ? $"croft exec {name} -- COMMAND runs a command; croft console {name} is its console"
                    : $"croft console {name} is its console"
            );
        if (machine.State.Power != PowerState.Running)
            throw CroftException.World($"machine \"{name}\" is {machine.State.Power.ToString().ToLowerInvariant()}", $"croft start {name}");
        await MarkAsync(openFarm, machine, by, cancel);
        var guest = openFarm.GuestOf(machine)
            ?? throw CroftException.World($"machine \"{name}\" has no address that Croft knows", $"croft console {name}");
        await openFarm.Ssh.Desk!.PrepareAsync(guest.Access, cancel);
        return FirstMeeting.IsDue(openFarm, machine.Record)
            ? await openFarm.MeetAsync(openFarm.Engine(machine.Hypervisor), machine.Record, guest, _ => { }, cancel)
            : guest;
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
