using System.CommandLine;
using Croft.Cli.Options;
using Croft.Lifecycle;

namespace Croft.Cli.Commands;

static class AdoptCommand
{
    public static Command Create(CommandMaker make)
    {
        var yes = Arguments.Yes();
        return make.Make(
            "adopt",
            "Take over the farm of this name that another folder made, or that this folder made before it lost its .croft",
            [yes],
            async (session, parsed, cancel) =>
            {
                using var openFarm = await session.OpenAsync(cancel);
                session.Confirm(parsed.GetValue(yes), $"Taking over farm {openFarm.Farm.Name}");
                var (machines, withoutKey) = await FarmAdopt.RunAsync(openFarm, cancel);
                session.Terminal.Say(
                    $"{Amount.Of(machines, "machine")} belong{(machines == 1 ? "s" : "")} to {openFarm.Farm.Directory} now."
                );
                if (withoutKey.Count > 0)
                    session.Terminal.Say(
                        $"Off or without a guest agent, so this user's ssh key does not open them: {string.Join(", ", withoutKey)}. Start them and croft adopt again, or make them anew."
                    );
                return 0;
            },
            alone: true
        );
    }
}
