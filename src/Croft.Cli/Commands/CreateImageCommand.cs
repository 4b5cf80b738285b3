using System.CommandLine;
using Croft.Lifecycle;

namespace Croft.Cli.Commands;

/// <summary>image create.</summary>
static class CreateImageCommand
{
    public static Command Create(CommandMaker make)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the image, and of the platform that it is from then on" };
        var from = new Option<string>("--from")
        {
            Description = "The machine, off or on, whose disk it becomes",
            HelpName = "MACHINE",
            Required = true,
        };
        return make.Make(
            "create",
            "Make an image of a machine, sealed, and a platform of it for all your farms and for croft spawn 3:NAME",
            [name, from],
            async (session, parsed, cancel) =>
            {
                var (openFarm, machine) = await session.FindAsync(parsed.GetValue(from)!, cancel);
                using (openFarm)
                    await MachineImage.CreateAsync(
                        openFarm,
                        machine,
                        parsed.GetValue(name)!,
                        Session.Defaults.Platforms!,
                        session.Terminal.Say,
                        cancel
                    );
                session.Terminal.Say($"Platform {parsed.GetValue(name)} is there: croft spawn 3:{parsed.GetValue(name)}");
                return 0;
            }
        );
    }
}
