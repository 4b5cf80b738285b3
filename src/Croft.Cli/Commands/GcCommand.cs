using System.CommandLine;
using System.Text.Json.Nodes;
using Croft.Cli.Options;
using Croft.Engines;
using Croft.Lifecycle;
using Croft.Reports;

namespace Croft.Cli.Commands;

static class GcCommand
{
    public static Command Create(CommandMaker make)
    {
        var yes = Arguments.Yes();
        return make.Make(
            "gc",
            "Show what belongs to no farm any more on these hypervisors, ask, and remove it",
            [yes],
            async (session, parsed, cancel) =>
            {
                using var openFarm = await session.OpenHereAsync(cancel);
                var found = await FarmGc.FindAsync(openFarm, cancel);
                if (!Print(session, openFarm, found))
                    return 0;
                session.Confirm(parsed.GetValue(yes), $"Removing {Count(found)}");
                session.Terminal.Say($"Gone: {Count(await FarmGc.RemoveAsync(openFarm, found, cancel))}.");
                return 0;
            },
            alone: true
        );
    }

    /// <summary>Shows what was found; false when that is nothing.</summary>
    public static bool Print(Session session, OpenFarm openFarm, IReadOnlyCollection<Leftover> found)
    {
        if (found.Count > 0 || session.Output != "table")
            Printed.List(
                session.Output,
                ["HYPERVISOR", "KIND", "NAME", "SIZE", "WHY"],
                found,
                l =>
                    [
                        l.Hypervisor.Length == 0 ? "-" : l.Hypervisor,
                        Kind(l),
                        Short(l),
                        l.Kind == LeftoverKind.Network ? "-" : $"{l.Bytes >> 20} MiB",
                        l.Why,
                    ],
                l => new JsonObject
                {
                    ["hypervisor"] = l.Hypervisor,
                    ["kind"] = Kind(l),
                    ["name"] = l.Name,
                    ["bytes"] = l.Bytes,
                    ["why"] = l.Why,
                }
            );
        if (openFarm.Silent.Count > 0)
            session.Terminal.Say($"What is on {openFarm.SilentNames} was not seen.");
        if (found.Count == 0)
            session.Terminal.Say("Nothing is left over.");
        return found.Count > 0;
    }

    static string Short(Leftover leftover) => leftover.Kind == LeftoverKind.Image ? leftover.Name[..16] : leftover.Name;

    static string Kind(Leftover leftover) => leftover.Kind.ToString().ToLowerInvariant();

    public static string Count(IReadOnlyCollection<Leftover> found) =>
        $"{Amount.Of(found.Count, "leftover")}, {found.Sum(l => l.Bytes) >> 20} MiB";
}
