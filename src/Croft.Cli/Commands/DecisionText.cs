using System.Globalization;
using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Planning;
using Croft.Reports;

namespace Croft.Cli.Commands;

/// <summary>Why a machine goes where it goes, for people and for programs.</summary>
static class DecisionText
{
    public static string Of(Decision d)
    {
        var machine = d.Machine;
        var head = d.Hypervisor is null
            ? $"{machine.Name} fits no hypervisor"
            : $"{machine.Name} on {d.Hypervisor} by {d.VirtType}: {d.Reason}";
        var kind =
            d.Hypervisor is null ? ""
            : d.Slowness > 1 ? string.Create(CultureInfo.InvariantCulture, $"; emulated, about {d.Slowness:0.#} times slower than hardware")
            : "; native";
        var types = string.Join(", ", d.Types);
        return string.Join(
            '\n',
            head,
            $"  needs           {machine.Arch}, {new Room(machine.Memory, machine.Vcpus)}",
            $"  virtualization  {(d.VirtType is null ? $"no hypervisor that may run it offers {types}" : $"{d.VirtType}, the first of {types} that is offered")}{kind}",
            $"  policy          {PolicyOf(d)}",
            "",
            TextTable.Render(
                ["HYPERVISOR", "OFFERS", "FREE", "FREE WITH IT", "SHARE", "ORDER", "WHY"],
                d.Weighed.Select(w =>
                    (IReadOnlyList<string>)
                        [
                            w.Hypervisor,
                            string.Join(' ', w.Offers),
                            $"{w.Before}",
                            w.Barred is null ? $"{w.After}" : "-",
                            w.Share is { } share ? share.ToString("P0", CultureInfo.InvariantCulture) : "-",
                            w.Rank?.ToString(CultureInfo.InvariantCulture) ?? "-",
                            w.Hypervisor == d.Hypervisor
                                ? "chosen"
                                : w.Barred
                                    ?? (
                                        w.SharesGroup ? $"has a machine of {machine.Apart}"
                                        : w.Rank is null ? "not asked"
                                        : "comes later"
                                    ),
                        ]
                )
            )
        );
    }

    public static JsonObject Json(Decision d) =>
        new()
        {
            ["machine"] = d.Machine.Name,
            ["arch"] = d.Machine.Arch,
            ["vcpus"] = d.Machine.Vcpus,
            ["memory"] = d.Machine.Memory,
            ["hypervisor"] = d.Hypervisor,
            ["virtType"] = d.VirtType,
            ["slowness"] = d.Slowness,
            ["reason"] = d.Reason,
            ["policy"] = d.Policy.ToString().ToLowerInvariant(),
            ["types"] = new JsonArray([.. d.Types.Select(t => (JsonNode)t)]),
            ["turn"] = d.Turn,
            ["hypervisors"] = new JsonArray([
                .. d.Weighed.Select(w =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["name"] = w.Hypervisor,
                            ["offers"] = new JsonArray([.. w.Offers.Select(t => (JsonNode)t)]),
                            ["chosen"] = w.Hypervisor == d.Hypervisor,
                            ["barred"] = w.Barred,
                            ["rank"] = w.Rank,
                            ["share"] = w.Share,
                            ["sharesGroup"] = w.SharesGroup,
                            ["before"] = Json(w.Before),
                            ["after"] = Json(w.After),
                        }
                ),
            ]),
        };

    static string PolicyOf(Decision d) =>
        d.Policy switch
        {
            DispatchPolicy.Spread => "spread: to the one on which the most of memory and processors stays free",
            DispatchPolicy.Pack => "pack: to one in use before an empty one, then to the one on which the least stays free",
            _ => $"fair: in turn, in declared order; {d.Turn} turns of {d.Machine.Arch} were before",
        };

    /// <summary>Null is without bound.</summary>
    static JsonObject Json(Room room) =>
        new()
        {
            ["memory"] = room.Memory == long.MaxValue ? null : room.Memory,
            ["vcpus"] = room.Vcpus == long.MaxValue ? null : room.Vcpus,
        };
}
