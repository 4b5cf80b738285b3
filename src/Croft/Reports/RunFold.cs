using System.Collections.Immutable;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>Folds events into a summary, one after another.</summary>
sealed class RunFold
{
    readonly Dictionary<string, MachineFold> _machines = new(StringComparer.Ordinal);
    readonly List<MachineFold> _order = [];
    readonly ImmutableArray<NoteSummary>.Builder _notes = ImmutableArray.CreateBuilder<NoteSummary>();
    ImmutableSortedDictionary<string, string> _facts = ImmutableSortedDictionary<string, string>.Empty;
    DateTimeOffset? _first, _last;
    JournalEvent? _end;

    internal static RunSummary Of(string id, IEnumerable<JournalEvent> events)
    {
        var fold = new RunFold();
        foreach (var entry in events) fold.Add(entry);
        return fold.Summary(id);
    }

    void Add(JournalEvent entry)
    {
        // A damaged first line has no time.
        if (entry.Time != default)
        {
            _first ??= entry.Time;
            if (_last is null || entry.Time > _last) _last = entry.Time;
        }
        switch (entry)
        {
            case { Kind: EventKind.RunStart }:
                _facts = entry.Data ?? _facts;
                break;
            case { Kind: EventKind.RunEnd }:
                _end = entry;
                break;
            case { Machine: { } machine, Kind: not EventKind.Intent }:
                Machine(machine).Add(entry);
                break;
            case { Kind: EventKind.Note }:
                _notes.Add(new(entry.Time, entry.Step, entry.Reason ?? ""));
                break;
        }
    }

    MachineFold Machine(string name)
    {
        if (_machines.TryGetValue(name, out var machine)) return machine;
        _machines[name] = machine = new(name);
        _order.Add(machine);
        return machine;
    }

    RunSummary Summary(string id)
    {
        var start = _first ?? default;
        var end = _end?.Time ?? _last ?? start;
        ImmutableArray<MachineSummary> machines = [.. _order.Select(machine => machine.Summary(_last ?? end))];
        var interrupted = _end is null;
        var worst = machines.Select(machine => machine.Outcome).DefaultIfEmpty(Outcome.Passed).MaxBy(outcome => outcome.Severity());
        return new(
            id,
            _facts.GetValueOrDefault("farm", ""),
            _facts.GetValueOrDefault("command", ""),
            _facts.GetValueOrDefault("project", ""),
            start,
            end,
            interrupted ? Outcome.Cancelled : _end!.Outcome ?? worst,
            interrupted ? "the journal has no end: it still goes on, or Croft was killed, or its host went down" : _end!.Reason,
            interrupted,
            machines,
            _notes.ToImmutable());
    }

    sealed class MachineFold(string name)
    {
        readonly Dictionary<string, string> _facts = new(StringComparer.Ordinal);
        readonly List<(StepSummary Step, bool Ended)> _steps = [];
        readonly ImmutableArray<NoteSummary>.Builder _notes = ImmutableArray.CreateBuilder<NoteSummary>();

        internal void Add(JournalEvent entry)
        {
            switch (entry.Kind)
            {
                case EventKind.Machine:
                    if (entry.Data is { } data) foreach (var (fact, value) in data) _facts[fact] = value;
                    break;
                case EventKind.StepStart:
                    _steps.Add((new(entry.Step ?? "", entry.Time, entry.Time, Outcome.Cancelled, null, entry.Log), Ended: false));
                    break;
                case EventKind.StepEnd:
                    End(entry);
                    break;
                case EventKind.Note:
                    _notes.Add(new(entry.Time, entry.Step, entry.Reason ?? ""));
                    break;
            }
        }

        internal MachineSummary Summary(DateTimeOffset last) => new(
            name,
            _facts.GetValueOrDefault("platform", ""),
            _facts.GetValueOrDefault("target", ""),
            _facts.GetValueOrDefault("arch", ""),
            _facts.GetValueOrDefault("hypervisor", ""),
            _facts.GetValueOrDefault("address", ""),
            [.. _steps.Select(step => step.Ended ? step.Step : step.Step with { End = last, Reason = "interrupted: it began and never ended" })],
            _notes.ToImmutable());

        // The end of the latest open step of that name; a step that is skipped has no start and takes no time.
        void End(JournalEvent entry)
        {
            var open = _steps.FindLastIndex(step => !step.Ended && step.Step.Name == entry.Step);
            var start = open < 0 ? new(entry.Step ?? "", entry.Time, entry.Time, Outcome.Passed, null, null) : _steps[open].Step;
            var ended = start with { End = entry.Time, Outcome = entry.Outcome ?? Outcome.Passed, Reason = entry.Reason, Log = entry.Log ?? start.Log };
            if (open < 0) _steps.Add((ended, Ended: true));
            else _steps[open] = (ended, Ended: true);
        }
    }
}
