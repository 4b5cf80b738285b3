using System.CommandLine;
using System.Text.Json.Nodes;
using Croft.Engines;
using Croft.Reports;

namespace Croft.Cli.Commands;

static class HypervisorsCommand
{
    public static Command Create(CommandMaker make) => make.Make("hypervisors", "List the farm's hypervisors: what they can run and how full they are", [], async (session, _, cancel) =>
    {
        using var controller = await session.OpenAsync(cancel);
        var hypervisors = (await controller.ObserveAsync(cancel)).Hypervisors;
        if (session.Output == "table")
        {
            Terminal.ResultText(TextTable.Render(
                ["NAME", "STATE", "CPUS", "MEMORY", "CROFT'S", "OTHERS'", "CAN RUN"],
                hypervisors.Select(h => (IReadOnlyList<string>)
                [
                    h.Name, h.Unreachable is null ? h.Version : "does not answer", $"{h.Vcpus}", $"{h.Memory >> 20} MiB", Used(h, croft: true), Used(h, croft: false),
                    string.Join(", ", h.VirtTypes.Select(v => $"{v.Key} ({string.Join(' ', v.Value)})")),
                ])));
        }
        else
        {
            Terminal.ResultText(Printed.As(session.Output, new JsonArray([.. hypervisors.Select(h => (JsonNode)Json(h))])));
        }

        return hypervisors.All(h => h.Unreachable is not null) ? (int)FaultKind.World : 0;
    });

    static string Used(HypervisorState h, bool croft)
    {
        var running = h.Machines.Where(m => m.Power is PowerState.Running or PowerState.Paused && m.Record is not null == croft).ToList();
        return $"{running.Count} machines, {running.Sum(m => m.Memory) >> 20} MiB";
    }

    static JsonObject Json(HypervisorState h) => new()
    {
        ["name"] = h.Name,
        ["reachable"] = h.Unreachable is null,
        ["reason"] = h.Unreachable,
        ["version"] = h.Version,
        ["vcpus"] = h.Vcpus,
        ["memory"] = h.Memory,
        ["virtTypes"] = new JsonObject(h.VirtTypes.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)new JsonArray([.. v.Value.Select(t => (JsonNode)t)])))),
        ["machines"] = h.Machines.Length,
    };
}
