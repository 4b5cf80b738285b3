using System.CommandLine;
using Croft.Cli.Options;
using Croft.Lifecycle;

namespace Croft.Cli.Commands;

static class DestroyCommand
{
    public static Command Create(CommandMaker make)
    {
        var selection = Arguments.Selection();
        var yes = Arguments.Yes();
        return make.Make(
            "destroy",
            "Remove machines with their disks, layers and addresses; without SEL the farm's networks too",
            [selection, yes],
            async (session, parsed, cancel) =>
            {
                using var openFarm = await session.OpenAsync(cancel);
                var selected = parsed.GetValue(selection)!;
                var inventory = (await openFarm.ObserveAsync(cancel)).Inventory;
                var machines = await Session.EveryMachineAsync(openFarm, selected, cancel);
                foreach (var line in await FarmDown.DescribeAsync(openFarm, inventory, machines, cancel))
                    session.Terminal.Say(line);
                if (machines.Count > 0)
                    session.Confirm(
                        parsed.GetValue(yes),
                        $"Destroying {Amount.Of(machines.Count, "machine")} of farm {openFarm.Farm.Name}"
                    );
                await FarmDown.DestroyAsync(openFarm, inventory, machines, everything: selected.Length == 0, cancel);
                session.Terminal.Say(machines.Count == 0 ? "No machine is left." : $"{Amount.Are(machines.Count, "machine")} gone.");
                if (openFarm.Silent.Count > 0)
                    session.Terminal.Say(
                        $"What is on {openFarm.SilentNames} stays: when it answers again, croft destroy removes that too."
                    );
                return 0;
            },
            alone: true
        );
    }
}
