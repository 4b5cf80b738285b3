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
        return make.Make(
            "down",
            "Shut machines down; their disks and layers stay",
            [selection],
            async (session, parsed, cancel) =>
            {
                using var openFarm = await session.OpenAsync(cancel);
                await StopAsync(
                    session,
                    openFarm,
                    await Session.EveryMachineAsync(openFarm, parsed.GetValue(selection)!, cancel),
                    force: false,
                    cancel
                );
                return 0;
            },
            alone: true
        );
    }

    public static async Task StopAsync(
        Session session,
        OpenFarm openFarm,
        IReadOnlyList<ExistingMachine> machines,
        bool force,
        CancellationToken cancel
    )
    {
        var running = machines.Where(m => m.State.IsOn).ToList();
        if (force)
            await FarmDown.CutAsync(openFarm, running, cancel);
        else
            await FarmDown.DownAsync(openFarm, running, (machine, text) => session.Terminal.Say($"{machine}: {text}"), cancel);
        session.Terminal.Say(running.Count == 0 ? "Nothing to do: no machine runs." : $"{Amount.Are(running.Count, "machine")} off.");
    }
}
