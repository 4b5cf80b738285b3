using System.CommandLine;
using Croft.Cli.Options;

namespace Croft.Cli.Commands;

static class AdoptCommand
{
    public static Command Create(CommandMaker make)
    {
        var yes = Arguments.Yes();
        return make.Make("adopt", "Take over the farm of this name that another folder made, or this one before it lost its .croft", [yes], async (session, parsed, cancel) =>
        {
            using var controller = await session.OpenAsync(cancel);
            session.Confirm(parsed.GetValue(yes), $"Taking over farm {controller.Farm.Name}");
            session.Terminal.Say($"{await controller.AdoptAsync(cancel)} machines belong to {controller.Farm.Directory} now. Log in with the key they were made with, or make them anew.");
            return 0;
        });
    }
}
