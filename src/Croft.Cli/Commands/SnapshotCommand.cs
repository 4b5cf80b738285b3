using System.CommandLine;
using System.Text.Json.Nodes;
using Croft.Cli.Options;
using Croft.Journal;
using Croft.Lifecycle;
using Croft.Reports;

namespace Croft.Cli.Commands;

/// <summary>snapshot create, restore, list, delete.</summary>
static class SnapshotCommand
{
    public static Command Create(CommandMaker make) => CommandMaker.Group(
        "snapshot", "Keep states of machines and put machines back to them",
        [CreateOne(make), Restore(make), List(make), Delete(make)]);

    static Command CreateOne(CommandMaker make)
    {
        var offline = new Option<bool>("--offline") { Description = "Shut the machines down first, and keep their disks only" };
        return Make(make, "create", "Keep the present state of machines, with memory where they run", [offline], async (session, parsed, controller, machines, name, journal, cancel) =>
        {
            await FarmSnapshots.CreateAsync(controller, machines, name, parsed.GetValue(offline), journal, cancel);
            session.Terminal.Say($"Snapshot {name} of {machines.Count} machines is taken.");
        });
    }

    static Command Restore(CommandMaker make)
    {
        var yes = Arguments.Yes();
        return Make(make, "restore", "Put machines back to a snapshot; what they are now is lost", [yes], async (session, parsed, controller, machines, name, journal, cancel) =>
        {
            session.Confirm(parsed.GetValue(yes), $"Putting {string.Join(", ", machines.Select(m => m.Record.Name))} back to {name}, which loses their present state");
            await FarmSnapshots.RestoreAsync(controller, machines, name, journal, cancel);
            session.Terminal.Say($"{machines.Count} machines are back at {name}.");
        });
    }

    static Command Delete(CommandMaker make)
    {
        var yes = Arguments.Yes();
        return Make(make, "delete", "Forget a snapshot or a layer", [yes], async (session, parsed, controller, machines, name, journal, cancel) =>
        {
            session.Confirm(parsed.GetValue(yes), $"Deleting snapshot {name}");
            await FarmSnapshots.DeleteAsync(controller, machines, name, journal, cancel);
            session.Terminal.Say($"Snapshot {name} is gone.");
        });
    }

    static Command List(CommandMaker make)
    {
        var selection = Arguments.Selection();
        return make.Make("list", "List snapshots and layers, oldest first", [selection], async (session, parsed, cancel) =>
        {
            using var controller = await session.OpenAsync(cancel);
            var snapshots = await FarmSnapshots.ListAsync(controller, await Session.MachinesAsync(controller, parsed.GetValue(selection)!, cancel), cancel);
            if (session.Output == "table")
                Terminal.ResultText(TextTable.Render(
                    ["MACHINE", "SNAPSHOT", "KIND", "MADE BY", "TAKEN", "RUN"],
                    snapshots.Select(s => (IReadOnlyList<string>)[s.Machine.Record.Name, s.Snapshot.Name, Kind(s), Maker(s), s.Snapshot.Made.ToString("yyyy-MM-dd HH:mm:ss"), s.Snapshot.Record.Run])));
            else
                Terminal.ResultText(Printed.As(session.Output, new JsonArray([.. snapshots.Select(s => (JsonNode)new JsonObject
                {
                    ["machine"] = s.Machine.Record.Name,
                    ["name"] = s.Snapshot.Name,
                    ["kind"] = Kind(s),
                    ["madeBy"] = Maker(s),
                    ["made"] = s.Snapshot.Made.ToString("O"),
                    ["run"] = s.Snapshot.Record.Run,
                    ["key"] = s.Snapshot.Key,
                })])));
            return 0;
        });
    }

    static Command Make(
        CommandMaker make, string name, string description, IEnumerable<Symbol> more,
        Func<Session, ParseResult, Controller, IReadOnlyList<Placed>, string, RunJournal, CancellationToken, Task> act)
    {
        var snapshot = new Argument<string>("NAME") { Description = "The snapshot's name" };
        var selection = Arguments.Selection();
        return make.Make(name, description, [snapshot, selection, .. more], async (session, parsed, cancel) =>
        {
            using var controller = await session.OpenAsync(cancel);
            var machines = await Session.MachinesAsync(controller, parsed.GetValue(selection)!, cancel);
            using var journal = RunJournal.Create(controller.Farm.StateDirectory, controller.Surroundings.Clock);
            journal.RunStart(controller.Farm.Name, "snapshot " + name, controller.Farm.Project.Id);
            await act(session, parsed, controller, machines, parsed.GetValue(snapshot)!, journal, cancel);
            journal.RunEnd(Outcome.Passed);
            return 0;
        });
    }

    static string Kind(PlacedSnapshot s) => s.Snapshot.Memory is null ? "disk" : "memory";

    static string Maker(PlacedSnapshot s) => s.Snapshot.Key is null ? "user" : "layer";
}
