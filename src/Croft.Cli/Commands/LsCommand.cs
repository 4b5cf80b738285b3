using System.CommandLine;
using System.Text.Json.Nodes;
using Croft.Cli.Options;
using Croft.Engines;
using Croft.Lifecycle;
using Croft.Planning;
using Croft.Reports;

namespace Croft.Cli.Commands;

static class LsCommand
{
    public static Command Create(CommandMaker make)
    {
        var selection = Arguments.Selection();
        var all = new Option<bool>("--all", "-a") { Description = "List the machines of all farms on these hypervisors" };
        return make.Make(
            "ls",
            "List the machines of this farm; without a farm file, of all farms of this host",
            [selection, all],
            async (session, parsed, cancel) =>
            {
                var machines = session.FarmPath() is null
                    ? await LocalAsync(session, cancel)
                    : await OfFarmAsync(session, parsed.GetValue(all), cancel);
                var chosen = Selection.Of(parsed.GetValue(selection)!, machines, m =>
                    (m.Record.Name, m.Record.Platform, m.Record.Target, m.Hypervisor)
                );
                return Print(session, chosen);
            }
        );
    }

    public static int Print(Session session, IReadOnlyList<ExistingMachine> machines)
    {
        Printed.List(session.Output, ["FARM", "NAME", "STATE", "HYPERVISOR", "PLATFORM", "TARGET", "ADDRESS"], machines, Row, Json);
        return 0;
    }

    public static JsonObject Json(ExistingMachine machine) =>
        new()
        {
            ["farm"] = machine.Record.Farm,
            ["name"] = machine.Record.Name,
            ["state"] = State(machine),
            ["saved"] = machine.State.IsSaved,
            ["superfluous"] = machine.IsSuperfluous,
            ["hypervisor"] = machine.Hypervisor,
            ["member"] = machine.State.Member,
            ["platform"] = machine.Record.Platform,
            ["target"] = machine.Record.Target,
            ["addresses"] = new JsonObject(
                machine
                    .Record.Nics.DistinctBy(n => n.Network)
                    .Select(n => KeyValuePair.Create(n.Network, (JsonNode?)(n.IsOutside ? n.Place?.ToString() : Address(n))))
            ),
            ["addresses6"] = new JsonObject(
                machine
                    .Record.Nics.Where(n => n.Address6 is not null)
                    .Select(n => KeyValuePair.Create(n.Network, (JsonNode?)n.Address6!.ToString()))
            ),
        };

    /// <summary>A question mark stands for one that others decide and that nobody has seen yet.</summary>
    public static string Address(Nic nic) =>
        nic.Place?.ToString()
        ?? (
            nic.Port is { } port ? $"127.0.0.1:{port}"
            : nic.IsOutside ? "?"
            : "-"
        );

    static string State(ExistingMachine machine) => machine.State.Power.ToString().ToLowerInvariant();

    static IReadOnlyList<string> Row(ExistingMachine m) =>
        [
            m.Record.Farm,
            m.Record.Name,
            State(m) + (m.State.IsSaved ? ", saved" : "") + (m.IsSuperfluous ? ", superfluous" : ""),
            m.State.Member is { } member ? $"{m.Hypervisor}/{member}" : m.Hypervisor,
            m.Record.Platform,
            m.Record.Target,
            m.Record.Nics.IsEmpty
                ? "-"
                : string.Join(
                    ", ",
                    m.Record.Nics.Select(Address).Concat(m.Record.Nics.Select(n => n.Address6?.ToString()).OfType<string>())
                ),
        ];

    public static async Task<IReadOnlyList<ExistingMachine>> OfFarmAsync(
        Session session,
        bool all,
        CancellationToken cancel,
        Func<OpenFarm, Task>? besides = null
    )
    {
        using var openFarm = await session.OpenAsync(cancel);
        var own = await Session.OfNameAsync(openFarm, cancel);
        foreach (
            var inner in openFarm.Farm.InnerHypervisors.Where(h =>
                own.Any(m => m.Record.Name == h.Machine && m.State.Power != PowerState.Running)
            )
        )
            session.Terminal.Say($"Machine {inner.Machine} is off; what is in it is not listed.");
        if (own.FirstOrDefault(m => m.Record.Owner != openFarm.Owner) is { } stranger)
            session.Terminal.Say(
                $"Warning: these are machines of the farm {Planner.Whose(stranger.Record.Folder, openFarm.Farm)}; choose another name (farm: NAME), or croft adopt"
            );
        if (besides is not null)
            await besides(openFarm);
        return all ? await openFarm.ListAsync(cancel) : own;
    }

    public static async Task<IReadOnlyList<ExistingMachine>> LocalAsync(Session session, CancellationToken cancel)
    {
        var found = new List<ExistingMachine>();
        CroftException? unseen = null;
        var places = Session.ContainersHere is { } containers
            ? [("local", session.Settings.LocalUri), ("containers", containers)]
            : new[] { ("local", session.Settings.LocalUri) };
        foreach (var asked in places.Select(AtAsync).ToArray())
        {
            try
            {
                found.AddRange(await asked);
            }
            catch (CroftException e) when (places.Length > 1 && unseen is null)
            {
                unseen = e; // one of the two is all that many hosts have
            }
        }

        if (unseen is not null)
            session.Terminal.Say($"Warning: {unseen.Message}");
        return found;

        async Task<IEnumerable<ExistingMachine>> AtAsync((string Name, string Uri) place)
        {
            using var engine = await session.Settings.ConnectAsync(place.Name, place.Uri, cancel);
            return Croft(place.Name, await engine.ListMachinesAsync(cancel));
        }
    }

    static IEnumerable<ExistingMachine> Croft(string hypervisor, IEnumerable<MachineState> machines) =>
        machines.Where(m => m.Record is not null).Select(m => new ExistingMachine(hypervisor, m));
}
