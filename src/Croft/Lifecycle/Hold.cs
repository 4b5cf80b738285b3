using Croft.Engines;
using Croft.Guests;

namespace Croft.Lifecycle;

/// <summary>Marks machines that the user works in, so that <c>run</c> does not revert them unasked.</summary>
public static class Hold
{
    /// <summary>The guest of a running machine, which from now on is held.</summary>
    /// <param name="by">The command, for the message.</param>
    /// <exception cref="CroftException">The machine is off, or has no address that Croft knows.</exception>
    public static async Task<Guest> OpenAsync(Controller controller, Placed machine, string by, CancellationToken cancel)
    {
        if (machine.State.Power != PowerState.Running)
            throw CroftException.World($"machine \"{machine.Record.Name}\" is {machine.State.Power.ToString().ToLowerInvariant()}", $"croft start {machine.Record.Name}");
        await MarkAsync(controller, machine, by, cancel);
        return controller.SshTo(machine) ?? throw CroftException.World($"machine \"{machine.Record.Name}\" has no address that Croft knows", $"croft console {machine.Record.Name}");
    }

    /// <summary>Marks a machine; nothing happens when it is held already.</summary>
    public static Task MarkAsync(Controller controller, Placed machine, string by, CancellationToken cancel) =>
        machine.Record.Held is not null ? Task.CompletedTask : controller.Engine(machine.Hypervisor).WriteRecordAsync(machine.Record with { Held = by }, cancel);
}
