using System.Collections.Immutable;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>Folds events into a summary, one after another.</summary>
sealed class RunFold
{
    readonly Dictionary<string, MachineFold> machines = new(StringComparer.Ordinal);
    readonly List<MachineFold> order = [];
    readonly ImmutableArray<NoteSummary>.Builder notes = ImmutableArray.CreateBuilder<NoteSummary>();
    ImmutableSortedDictionary<string, string> facts = ImmutableSortedDictionary<string, string>.Empty;
    DateTimeOffset? first,
        last;
    JournalEvent? end;

    internal static RunSummary Of(string id, IEnumerable<JournalEvent> events)
    {
        var fold = new RunFold();
        foreach (var entry in events)
            fold.Add(entry);
        return fold.Summary(id);
    }

    void Add(JournalEvent entry)
    {
        // A damaged first line has no time.
        if (entry.Time != default)
        {
            first ??= entry.Time;
            if (this.last is null || entry.Time > this.last)
                this.last = entry.Time;
        }
        switch (entry)
        {
            case { Kind: EventKind.RunStart }:
                facts = entry.Data ?? facts;
                break;
            case { Kind: EventKind.RunEnd }:
                this.end = entry;
                break;
            case { Machine: { } machine, Kind: not EventKind.Intent }:
                Machine(machine).Add(entry);
                break;
            case { Kind: EventKind.Note }:
                notes.Add(new(entry.Time, entry.Step, entry.Reason ?? ""));
                break;
        }
    }

    MachineFold Machine(string name)
    {
        if (this.machines.TryGetValue(name, out var machine))
            return machine;
        this.machines[name] = machine = new(name);
        order.Add(machine);
        return machine;
    }

    RunSummary Summary(string id)
    {
        var start = first ?? default;
        var end = this.end?.Time ?? this.last ?? start;
        ImmutableArray<MachineSummary> machines = [.. order.Select(machine => machine.Summary(this.last ?? end))];
        var interrupted = this.end is null;
        var worst = machines.Select(machine => machine.Outcome).DefaultIfEmpty(Outcome.Passed).MaxBy(outcome => outcome.Severity());
        return new()
        {
            Id = id,
            Farm = facts.GetValueOrDefault("farm", ""),
            Command = facts.GetValueOrDefault("command", ""),
            Project = facts.GetValueOrDefault("project", ""),
            Start = start,
            End = end,
            Outcome = interrupted ? Outcome.Cancelled : this.end!.Outcome ?? worst,
            Reason = interrupted
                ? "the journal has no end: it still goes on, or Croft was killed, or its host went down"
                : this.end!.Reason,
            Interrupted = interrupted,
            Machines = machines,
            Notes = notes.ToImmutable(),
        };
    }

    sealed class MachineFold(string name)
    {
        readonly Dictionary<string, string> facts = new(StringComparer.Ordinal);
        readonly List<(StepSummary Step, bool Ended)> steps = [];
        readonly ImmutableArray<NoteSummary>.Builder notes = ImmutableArray.CreateBuilder<NoteSummary>();

        internal void Add(JournalEvent entry)
        {
            switch (entry.Kind)
            {
                case EventKind.Machine:
                    if (entry.Data is { } data)
                        foreach (var (fact, value) in data)
                            facts[fact] = value;
                    break;
                case EventKind.StepStart:
                    steps.Add((new(entry.Step ?? "", entry.Time, entry.Time, Outcome.Cancelled, null, entry.Log), Ended: false));
                    break;
                case EventKind.StepEnd:
                    End(entry);
                    break;
                case EventKind.Task:
                    Task(entry);
                    break;
                case EventKind.Note:
                    notes.Add(new(entry.Time, entry.Step, entry.Reason ?? ""));
                    break;
            }
        }

        /// <summary>A task ends when that is said, or the next one begins, or its step ends.</summary>
        void Task(JournalEvent entry)
        {
            var at = steps.FindLastIndex(step => !step.Ended && step.Step.Name == entry.Step);
            if (at < 0)
                return;
            var step = steps[at].Step;
            var tasks = step.Tasks;
            var result = entry.Data?.GetValueOrDefault("result");
            if (tasks is [.., var last] && (result is not null || last.Result.Length == 0))
                tasks = tasks.SetItem(tasks.Length - 1, last with { End = entry.Time, Result = result ?? "" });
            if (result is null)
                tasks = tasks.Add(new(entry.Reason ?? "", entry.Data?.GetValueOrDefault("place") ?? "", entry.Time, entry.Time, ""));
            steps[at] = (step with { Tasks = tasks }, Ended: false);
        }

        internal MachineSummary Summary(DateTimeOffset last) =>
            new(
                name,
                facts.GetValueOrDefault("platform", ""),
                facts.GetValueOrDefault("target", ""),
                facts.GetValueOrDefault("arch", ""),
                facts.GetValueOrDefault("hypervisor", ""),
                facts.GetValueOrDefault("address", ""),
                [
                    .. steps.Select(step =>
                        step.Ended ? step.Step : step.Step with { End = last, Reason = "interrupted: it began and never ended" }
                    ),
                ],
                notes.ToImmutable()
            )
            {
                Project = facts.GetValueOrDefault("project", ""),
            };

        // The end of the latest open step of that name; a step that is skipped has no start and takes no time.
        void End(JournalEvent entry)
        {
            var open = steps.FindLastIndex(step => !step.Ended && step.Step.Name == entry.Step);
            var start = open < 0 ? new(entry.Step ?? "", entry.Time, entry.Time, Outcome.Passed, null, null) : steps[open].Step;
            var ended = start with
            {
                End = entry.Time,
                Outcome = entry.Outcome ?? Outcome.Passed,
                Reason = entry.Reason,
                Log = entry.Log ?? start.Log,
                Tasks = start.Tasks is [.., { Result: "" } last]
                    ? start.Tasks.SetItem(start.Tasks.Length - 1, last with { End = entry.Time })
                    : start.Tasks,
            };
            if (open < 0)
                steps.Add((ended, Ended: true));
            else
                steps[open] = (ended, Ended: true);
        }
    }
}
