using System.CommandLine;
using Croft.Cli.Options;
using Croft.Engines;
using Croft.Lifecycle;

namespace Croft.Cli.Commands;

static class StatusCommand
{
    public static Command Create(CommandMaker make)
    {
        var machine = new Argument<string?>("MACHINE")
        {
            Description = "A machine's name; nothing lists the machines of all farms",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return make.Make("status", "Show one machine in detail, or the machines of all farms", [machine], async (session, parsed, cancel) =>
        {
            if (parsed.GetValue(machine) is null)
                return LsCommand.Print(
                    session,
                    session.FarmPath() is null
                        ? await LsCommand.LocalAsync(session, cancel)
                        : await LsCommand.OfFarmAsync(session, all: true, cancel, openFarm => SayTroubleAsync(session, openFarm, cancel))
                );
            var (openFarm, found) = await session.FindAsync(parsed.GetValue(machine)!, cancel);
            using (openFarm)
            {
                var record = found.Record;
                var files = await openFarm.Engine(found.Hypervisor).FilesAsync(record.Farm, record.Name, cancel);
                var json = LsCommand.Json(found);
                json["uuid"] = found.State.Uuid.ToString();
                json["vcpus"] = found.State.Vcpus;
                json["memory"] = found.State.Memory;
                json["folder"] = record.Folder;
                json["run"] = record.Run;
                json["held"] = record.InUse;
                json["hostKey"] = record.HostKey;
                json["volumes"] = new System.Text.Json.Nodes.JsonObject(
                    files.Select(f => KeyValuePair.Create(f.Name, (System.Text.Json.Nodes.JsonNode?)f.Bytes))
                );
                await SayTroubleAsync(session, openFarm, cancel);
                Terminal.ResultText(Printed.As(session.Output == "table" ? "yaml" : session.Output, json));
            }

            return 0;
        });
    }

    /// <summary>
    /// Of networks whose machines do not hear each other, since somebody stopped or removed them or their switches died; and of machines
    /// that somebody took something out of.
    /// </summary>
    static async Task SayTroubleAsync(Session session, OpenFarm openFarm, CancellationToken cancel)
    {
        var offered = (await openFarm.ObserveAsync(cancel)).Offered;
        foreach (var (_, machine) in offered.MachinesOf(openFarm.Farm.Name).Where(m => !m.Machine.Lacks.IsEmpty))
            session.Terminal.Say(
                $"Machine {machine.Record!.Name} lacks {machine.LacksInWords}, which somebody took out: croft up restarts it with that."
            );
        foreach (var trouble in offered.Hypervisors.SelectMany(hypervisor => NetworkTrouble.Of(hypervisor, openFarm.Farm)))
            session.Terminal.Say(trouble);
    }
}
