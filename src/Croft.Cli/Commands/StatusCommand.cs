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
                        : await LsCommand.OfFarmAsync(session, all: true, cancel, openFarm => SayOffAsync(session, openFarm, cancel))
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
                await SayOffAsync(session, openFarm, cancel);
                Terminal.ResultText(Printed.As(session.Output == "table" ? "yaml" : session.Output, json));
            }

            return 0;
        });
    }

    /// <summary>Of networks whose machines do not hear each other: somebody stopped them, or their switches died.</summary>
    static async Task SayOffAsync(Session session, OpenFarm openFarm, CancellationToken cancel)
    {
        foreach (var hypervisor in (await openFarm.ObserveAsync(cancel)).Offered.Hypervisors)
        foreach (var network in hypervisor.Networks.Where(n => n.Farm == openFarm.Farm.Name && (n.IsMute || !n.Active)))
            session.Terminal.Say(
                network.IsMute
                    ? NetworkTrouble.Mute(network.Network!, hypervisor.Name)
                    : NetworkTrouble.Off(network.Network!, hypervisor.Name, hypervisor.Can is { Switches: true })
            );
    }
}
