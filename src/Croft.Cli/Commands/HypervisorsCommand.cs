using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Croft.Engines;
using Croft.Farms;
using Croft.Lifecycle;
using Croft.Planning;
using Croft.Reports;

namespace Croft.Cli.Commands;

static class HypervisorsCommand
{
    /// <summary>So wide that the tables fit on 120 columns.</summary>
    const int MachinesWidth = 40;
    const int AbilitiesWidth = 76;

    public static Command Create(CommandMaker make) =>
        make.Make(
            "hypervisors",
            "List the farm's hypervisors: what they can run and how full they are",
            [Trust(make)],
            async (session, _, cancel) =>
            {
                using var openFarm = await session.OpenAsync(cancel);
                var hypervisors = (await openFarm.ObserveAsync(cancel))
                    .Inventory.Hypervisors.Zip(openFarm.Farm.Hypervisors, (state, spec) => new Load(openFarm.Farm, spec, state))
                    .ToList();
                Terminal.ResultText(
                    session.Output == "table"
                        ? Text(hypervisors)
                        : Printed.As(session.Output, new JsonArray([.. hypervisors.Select(h => (JsonNode)Json(h))]))
                );
                return hypervisors.All(h => h.State.Unreachable is not null) ? (int)FaultKind.World : 0;
            }
        );

    static Command Trust(CommandMaker make)
    {
        var name = new Argument<string>("NAME") { Description = "The hypervisor's name in the farm file" };
        return make.Make(
            "trust",
            "Have an LXD or Incus on another host know this user, and trust it: by a token, from standard input or asked for",
            [name],
            async (session, parsed, cancel) =>
            {
                var farm = session.LoadFarm();
                var wanted = parsed.GetValue(name)!;
                var hypervisor = farm.Hypervisors.FirstOrDefault(h => h.Name == wanted)
                    ?? throw CroftException.Usage(
                        $"the farm file declares no hypervisor \"{wanted}\"",
                        Words.DidYouMeanOrKnown(wanted, [.. farm.Hypervisors.Select(h => h.Name)])
                    );
                var fingerprint = await HypervisorTrust.TakeAsync(
                    session.Settings,
                    hypervisor,
                    async () => session.Terminal.AskSecret("trust token", cancel) ?? await Terminal.InputAsync(cancel),
                    cancel
                );
                session.Terminal.Say($"{wanted} is trusted, with the certificate {fingerprint}.");
                return 0;
            }
        );
    }

    static string Text(IReadOnlyList<Load> hypervisors)
    {
        var answer = hypervisors.Where(h => Absence(h) is null).ToList();
        var load = TextTable.Render(
            ["NAME", "CPUS", "CROFT'S", "OTHERS'", "FREE", "MEMORY", "CROFT'S", "OTHERS'", "FREE", "OF THIS FARM"],
            hypervisors.SelectMany(h =>
                Absence(h) is { } absence
                    ?
                    [
                        [h.Spec.Name, .. Enumerable.Repeat("-", 8), absence],
                    ]
                    : Rows(
                        [
                            h.Spec.Name,
                            $"{h.State.Vcpus}",
                            $"{h.Croft.Vcpus}",
                            $"{h.Others.Vcpus}",
                            $"{Math.Max(0, h.Free.Vcpus)}",
                            Room.Size(h.State.Memory),
                            Room.Size(h.Croft.Memory),
                            Room.Size(h.Others.Memory),
                            Room.Size(h.Free.Memory),
                        ],
                        h.OfFarm,
                        MachinesWidth
                    )
            )
        );
        var abilities = TextTable.Render(
            ["NAME", "VERSIONS", "CAN RUN"],
            answer.SelectMany(h =>
                Rows(
                    [h.Spec.Name, h.State.Version],
                    h.State.VirtTypes.Select(v => $"{v.Key} ({string.Join(' ', v.Value)}{Slowness(h.State, v.Key)})"),
                    AbilitiesWidth
                )
            )
        );
        return answer.Count == 0 ? load : $"{load}\n{abilities}";
    }

    /// <summary>How much slower emulation was measured to be there.</summary>
    static string Slowness(HypervisorState state, string arch) =>
        state.Slowness.TryGetValue(arch, out var factor)
            ? string.Create(CultureInfo.InvariantCulture, $", emulated {factor:0.#} x slower")
            : "";

    static string? Absence(Load hypervisor) =>
        hypervisor.State.IsOff ? $"{hypervisor.Spec.Machine} is off or silent"
        : hypervisor.State.Unreachable is not null ? "does not answer"
        : null;

    /// <summary>A list goes on in rows below.</summary>
    static IEnumerable<IReadOnlyList<string>> Rows(IReadOnlyList<string> cells, IEnumerable<string> list, int width)
    {
        var line = "";
        foreach (var word in list)
        {
            if (line.Length > 0 && line.Length + word.Length > width)
            {
                yield return [.. cells, line + ","];
                (cells, line) = ([.. cells.Select(_ => "")], "");
            }

            line += line.Length == 0 ? word : ", " + word;
        }

        yield return [.. cells, line];
    }

    static JsonObject Json(Load h) =>
        new()
        {
            ["name"] = h.Spec.Name,
            ["uri"] = h.Spec.Uri,
            ["reachable"] = Absence(h) is null,
            ["reason"] = h.State.Unreachable ?? Absence(h),
            ["version"] = h.State.Version,
            ["vcpus"] = h.State.Vcpus,
            ["memory"] = h.State.Memory,
            ["virtTypes"] = new JsonObject(
                h.State.VirtTypes.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)new JsonArray([.. v.Value.Select(t => (JsonNode)t)])))
            ),
            ["slowness"] = new JsonObject(h.State.Slowness.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)Math.Round(v.Value, 1)))),
            ["machines"] = h.State.Machines.Length,
            ["croft"] = Json(h.Croft),
            ["others"] = Json(h.Others),
            ["free"] = Json(h.Free),
            ["running"] = new JsonArray([.. h.OfFarm.Select(name => (JsonNode)name)]),
        };

    static JsonObject Json(Room room) => new() { ["vcpus"] = Math.Max(0, room.Vcpus), ["memory"] = Math.Max(0, room.Memory) };

    /// <summary>A hypervisor and what its machines take.</summary>
    sealed record Load(Farm Farm, HypervisorSpec Spec, HypervisorState State)
    {
        public Room Croft => Sum(m => m.Record is not null);

        public Room Others => Sum(m => m.Record is null);

        /// <summary>
        /// Of the host, as often as its over-commit promises it, and of what the farm file lets Croft have. Processors without a factor are
        /// counted once.
        /// </summary>
        public Room Free =>
            Room.LeftOf(Spec with { Overcommit = Spec.Overcommit with { Vcpus = Spec.Overcommit.Vcpus ?? 1 } }, State, State.Machines);

        public IEnumerable<string> OfFarm => Counting.Where(m => m.Record?.Farm == Farm.Name).Select(m => m.Record!.Name);

        IEnumerable<MachineState> Counting => State.Machines.Where(Room.Counts);

        Room Sum(Func<MachineState, bool> whose) => new(Counting.Where(whose).Sum(m => m.Memory), Counting.Where(whose).Sum(m => m.Vcpus));
    }
}
