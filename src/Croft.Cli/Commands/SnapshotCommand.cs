using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Croft.Cli.Options;
using Croft.Engines;
using Croft.Journal;
using Croft.Lifecycle;
using Croft.Reports;

namespace Croft.Cli.Commands;

/// <summary>snapshot create, restore, list, tree, show, delete, commit.</summary>
static class SnapshotCommand
{
    public static Command Create(CommandMaker make) =>
        CommandMaker.Group(
            "snapshot",
            "Keep states of machines, and bring machines back to them",
            [CreateOne(make), Restore(make), List(make), Tree(make), Show(make), Delete(make), Commit(make)]
        );

    static Command CreateOne(CommandMaker make)
    {
        var memory = new Option<bool>("--memory") { Description = "Keep the running state; refused for machines that are off" };
        var disk = new Option<bool>("--disk") { Description = "Keep disks only, while the guest agent freezes the file systems" };
        var offline = new Option<bool>("--offline") { Description = "Shut the machines down first, keep disks only, and start them again" };
        var together = new Option<bool>("--together") { Description = "All machines at one instant, all or none" };
        return Make(
            make,
            "create",
            "Keep the present state of machines, and the memory of those that run",
            [memory, disk, offline, together],
            async (session, parsed, openFarm, machines, name, journal, cancel) =>
            {
                var kinds = new (Option<bool> Option, Keep Keep)[] { (memory, Keep.Memory), (disk, Keep.Disks), (offline, Keep.Offline) };
                var asked = kinds.Where(kind => parsed.GetValue(kind.Option)).ToList();
                if (asked.Count > 1 || parsed.GetValue(together) && parsed.GetValue(offline))
                    throw CroftException.Usage(
                        "only one of --memory, --disk and --offline can be given, and --together not with --offline",
                        "leave one out"
                    );
                var options = new TakeOptions(asked.Select(a => a.Keep).FirstOrDefault(Keep.Present), parsed.GetValue(together));
                using var notes = journal.Follow(Say(session));
                var stood = await FarmSnapshots.CreateAsync(openFarm, machines, name, options, journal, cancel);
                session.Terminal.Say(
                    $"Snapshot {name} of {Amount.Of(machines.Count, "machine")} is taken{(stood is { } time ? $", all at one instant; they stood still for {time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)} s" : "")}."
                );
            }
        );
    }

    static Command Restore(CommandMaker make)
    {
        var yes = Arguments.Yes();
        var saveAs = new Option<string?>("--save-as") { Description = "Keep the present state under this name first", HelpName = "NAME" };
        var withDefinition = new Option<bool>("--with-definition") { Description = "Bring back the machines' definition of that time too" };
        return Make(
            make,
            "restore",
            "Bring machines back to a snapshot; their present state is lost",
            [saveAs, withDefinition, yes],
            async (session, parsed, openFarm, machines, name, journal, cancel) =>
            {
                if (parsed.GetValue(withDefinition))
                {
                    foreach (var line in await FarmSnapshots.DifferencesAsync(openFarm, machines, name, cancel))
                        session.Terminal.Say(line);
                }

                var names = string.Join(", ", machines.Select(m => m.Record.Name));
                if (parsed.GetValue(saveAs) is { } keep)
                    await FarmSnapshots.CreateAsync(openFarm, machines, keep, new(), journal, cancel);
                else
                    session.Confirm(parsed.GetValue(yes), $"Putting {names} back to {name}, which loses their present state");
                await FarmSnapshots.RestoreAsync(openFarm, machines, name, parsed.GetValue(withDefinition), journal, cancel);
                session.Terminal.Say($"{Amount.Are(machines.Count, "machine")} back at {name}.");
            }
        );
    }

    static Command Delete(CommandMaker make)
    {
        var yes = Arguments.Yes();
        var subtree = new Option<bool>("--subtree") { Description = "Remove the snapshots that are based on it too" };
        return Make(
            make,
            "delete",
            "Remove a snapshot or a layer; disks that others are based on stay",
            [subtree, yes],
            async (session, parsed, openFarm, machines, name, journal, cancel) =>
            {
                session.Confirm(parsed.GetValue(yes), $"Deleting snapshot {name}");
                await FarmSnapshots.DeleteAsync(openFarm, machines, name, parsed.GetValue(subtree), journal, cancel);
                session.Terminal.Say($"Snapshot {name} is gone.");
            }
        );
    }

    static Command Commit(CommandMaker make)
    {
        var yes = Arguments.Yes();
        return Make(
            make,
            "commit",
            "Merge what changed since a snapshot into it",
            [yes],
            async (session, parsed, openFarm, machines, name, journal, cancel) =>
            {
                session.Confirm(parsed.GetValue(yes), $"Replacing what {name} holds by the present state");
                await FarmSnapshots.CommitAsync(openFarm, machines, name, journal, cancel);
                session.Terminal.Say($"Snapshot {name} is the present state of {Amount.Of(machines.Count, "machine")}.");
            }
        );
    }

    static Command List(CommandMaker make) =>
        Read(make, "list", "List snapshots and layers, oldest first, then those that virsh made", [], (session, _, trees) =>
        {
            if (session.Output == "table")
                Terminal.ResultText(
                    TextTable.Render(
                        ["MACHINE", "SNAPSHOT", "KIND", "MADE BY", "TAKEN", "SIZE", "STANDS ON"],
                        trees.SelectMany(t => Rows(t.Machine.Record.Name, t.Tree))
                    )
                );
            else
                Terminal.ResultText(Printed.As(session.Output, new JsonArray([.. trees.SelectMany(t => All(t.Machine, t.Tree))])));
        });

    static IEnumerable<IReadOnlyList<string>> Rows(string machine, StateTree tree) =>
        [
            .. tree.States.Select(s =>
                (IReadOnlyList<string>)
                    [machine, s.Name, Kind(s), Maker(s), Time(s.Made), SnapshotDrawing.Size(s.Size) ?? "-", s.Parent ?? "-"]
            ),
            .. tree.Foreign.Select(f => (IReadOnlyList<string>)[machine, f.Name, Kind(f), "virsh", Time(f.Made), "-", f.Parent ?? "-"]),
        ];

    static Command Tree(CommandMaker make) =>
        Read(make, "tree", "Draw how snapshots are based on each other, and where each machine stands", [], (session, _, trees) =>
        {
            if (session.Output == "table")
                Terminal.ResultText(
                    string.Concat(trees.Select(t => SnapshotDrawing.Of(t.Machine.Record.Name, t.Machine.State.Power, t.Tree)))
                );
            else
                Terminal.ResultText(
                    Printed.As(
                        session.Output,
                        new JsonArray([
                            .. trees.Select(t =>
                                (JsonNode)
                                    new JsonObject
                                    {
                                        ["machine"] = t.Machine.Record.Name,
                                        ["current"] = t.Tree.Current?.Name,
                                        ["snapshots"] = new JsonArray([.. All(t.Machine, t.Tree)]),
                                        ["hidden"] = new JsonArray([
                                            .. t.Tree.Hidden.Select(h =>
                                                (JsonNode)
                                                    new JsonObject
                                                    {
                                                        ["file"] = h.File,
                                                        ["size"] = h.Size,
                                                        ["heldBy"] = new JsonArray([.. h.HeldBy.Select(name => (JsonNode)name)]),
                                                    }
                                            ),
                                        ]),
                                    }
                            ),
                        ])
                    )
                );
        });

    static Command Show(CommandMaker make)
    {
        var name = SnapshotName();
        return Read(make, "show", "Show everything about a snapshot, as JSON", [name], (session, parsed, trees) =>
        {
            var found = trees
                .SelectMany(t =>
                    t.Tree.States.Where(s => s.Name == parsed.GetValue(name))
                        .Select(s => Details(t.Machine, s))
                        .Concat(t.Tree.Foreign.Where(f => f.Name == parsed.GetValue(name)).Select(f => Foreign(t.Machine, f)))
                )
                .ToList();
            if (found.Count == 0)
                throw CroftException.Usage($"there is no snapshot \"{parsed.GetValue(name)}\"", "croft snapshot list shows what there is");
            Terminal.ResultText(
                Printed.As(session.Output == "table" ? "json" : session.Output, new JsonArray([.. found.Select(s => (JsonNode)s)]))
            );
        });
    }

    static JsonObject Details(ExistingMachine machine, KeptState state)
    {
        var json = Json(machine, state);
        json["files"] = new JsonArray([.. state.Files.Select(f => (JsonNode)f)]);
        json["missing"] = new JsonArray([.. state.Missing.Select(f => (JsonNode)f)]);
        json["usedBy"] = new JsonArray([.. state.UsedBy.Select(u => (JsonNode)u)]);
        json["manifest"] = state.Manifest;
        json["definition"] = state.Definition;
        return json;
    }

    static IEnumerable<JsonNode> All(ExistingMachine machine, StateTree tree) =>
        [.. tree.States.Select(s => Json(machine, s)), .. tree.Foreign.Select(f => Foreign(machine, f))];

    static JsonObject Foreign(ExistingMachine machine, KeptState snapshot) =>
        new()
        {
            ["machine"] = machine.Record.Name,
            ["name"] = snapshot.Name,
            ["kind"] = Kind(snapshot),
            ["madeBy"] = "virsh",
            ["made"] = snapshot.Made.ToString("O"),
            ["parent"] = snapshot.Parent,
            ["current"] = snapshot.IsCurrent,
            ["inside"] = snapshot.IsInside,
        };

    static JsonObject Json(ExistingMachine machine, KeptState state) =>
        new()
        {
            ["machine"] = machine.Record.Name,
            ["name"] = state.Name,
            ["kind"] = Kind(state),
            ["madeBy"] = Maker(state),
            ["made"] = state.Made.ToString("O"),
            ["parent"] = state.Parent,
            ["current"] = state.IsCurrent,
            ["size"] = state.Size,
            ["run"] = state.Run,
            ["key"] = state.Key,
        };

    static Command Read(
        CommandMaker make,
        string name,
        string description,
        IEnumerable<Symbol> more,
        Action<Session, ParseResult, IReadOnlyList<(ExistingMachine Machine, StateTree Tree)>> print
    )
    {
        var selection = Arguments.Selection();
        return make.Make(name, description, [.. more, selection], async (session, parsed, cancel) =>
        {
            using var openFarm = await session.OpenAsync(cancel);
            print(
                session,
                parsed,
                await FarmSnapshots.TreesAsync(openFarm, await Session.MachinesAsync(openFarm, parsed.GetValue(selection)!, cancel), cancel)
            );
            return 0;
        });
    }

    static Command Make(
        CommandMaker make,
        string name,
        string description,
        IEnumerable<Symbol> more,
        Func<Session, ParseResult, OpenFarm, IReadOnlyList<ExistingMachine>, string, RunJournal, CancellationToken, Task> act
    )
    {
        var snapshot = SnapshotName();
        var selection = Arguments.Selection();
        return make.Make(
            name,
            description,
            [snapshot, selection, .. more],
            async (session, parsed, cancel) =>
            {
                using var openFarm = await session.OpenAsync(cancel);
                var machines = await Session.MachinesAsync(openFarm, parsed.GetValue(selection)!, cancel);
                if (machines.Count == 0)
                    throw CroftException.Usage("the farm has no machines yet", "croft up makes those that it declares");
                using var journal = RunJournal.Create(openFarm.Farm.StateDirectory, openFarm.Settings.Clock);
                journal.RunStart(openFarm.Farm.Name, "snapshot " + name, openFarm.Farm.Project.Id);
                await journal.EndingAsync(() => act(session, parsed, openFarm, machines, parsed.GetValue(snapshot)!, journal, cancel));
                return 0;
            },
            alone: true
        );
    }

    static Argument<string> SnapshotName() => new("NAME") { Description = "The snapshot's name" };

    static Action<JournalEvent> Say(Session session) =>
        entry =>
        {
            if (entry is { Kind: EventKind.Note, Step: "snapshot", Reason: { } reason })
                session.Terminal.Say($"{entry.Machine}: {reason}");
        };

    static string Kind(KeptState s) => s.HasMemory ? "memory" : "disk";

    static string Maker(KeptState s) => s.Key is null ? "user" : "layer";

    static string Time(DateTimeOffset made) => made.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
