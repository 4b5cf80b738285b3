using System.CommandLine;
using Croft.Cli.Options;
using Croft.Engines;
using Croft.Lifecycle;

namespace Croft.Cli.Commands;

static class DownCommand
{
    public static Command Create(CommandMaker make)
    {
        var selection = Arguments.Selection();
        return make.Make("down", "Shut machines down; their disks and layers stay", [selection], async (session, parsed, cancel) =>
        {
            using var controller = await session.OpenAsync(cancel);
            await StopAsync(session, controller, await Session.EveryMachineAsync(controller, parsed.GetValue(selection)!, cancel), force: false, cancel);
            return 0;
        }, alone: true);
    }

    public static async Task StopAsync(Session session, Controller controller, IReadOnlyList<Placed> machines, bool force, CancellationToken cancel)
    {
        var running = machines.Where(m => m.State.IsOn).ToList();
        if (force)
            await FarmDown.CutAsync(controller, running, cancel);
        else
            await FarmDown.DownAsync(controller, running, (machine, text) => session.Terminal.Say($"{machine}: {text}"), cancel);
        session.Terminal.Say(running.Count == 0 ? "Nothing to do: no machine runs." : $"{running.Count} machines are off.");
    }
}
