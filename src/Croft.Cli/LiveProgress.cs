using Croft.Images;
using Croft.Journal;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Croft.Cli;

/// <summary>
/// A table of machines and their present step, redrawn in place. It begins when there is something to show: before, people may be asked.
/// </summary>
sealed class LiveProgress : Progress, IProgress<ImageProgress>
{
    static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);

    /// <summary>How long it is shown that something is awaited still; by then it is told again.</summary>
    static readonly TimeSpan Shown = TimeSpan.FromSeconds(31);

    readonly Lock gate = new();
    readonly Dictionary<string, Row> rows;
    readonly List<string> above = [];
    readonly SortedDictionary<string, string> images = new(StringComparer.Ordinal);
    readonly CancellationTokenSource end = new();
    Task? drawing;
    readonly IAnsiConsole console;
    (string Text, long Since)? passing;
    bool disposed;

    public LiveProgress(Terminal terminal, IEnumerable<string> machines)
        : base(terminal)
    {
        rows = machines.ToDictionary(m => m, _ => new Row(), StringComparer.Ordinal);
        console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Out = Terminal.ErrorOutput() });
    }

    public override IProgress<ImageProgress> Images => this;

    public override void Follow(RunJournal journal)
    {
        Begin();
        base.Follow(journal);
    }

    public void Report(ImageProgress value)
    {
        Begin();
        lock (gate)
            images[value.Image] = Describe(value);
    }

    void Begin()
    {
        lock (gate)
        {
            if (drawing is not null || disposed)
                return;
            Terminal.Above = line =>
            {
                lock (gate)
                    above.Add(line);
            };
            Terminal.Passing = line =>
            {
                lock (gate)
                    passing = (line, TimeProvider.System.GetTimestamp());
            };
            drawing = Task.Run(DrawAsync);
        }
    }

    /// <summary>Ends the view, however its drawing ended; what was said meanwhile stays on the screen.</summary>
    public override void Dispose()
    {
        base.Dispose();
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;
        }

        end.Cancel();
        drawing?.GetAwaiter().GetResult();
        end.Dispose();
        Terminal.GiveScreenBack();
        foreach (var line in above)
            Terminal.Say(line);
    }

    protected override void Show(JournalEvent entry)
    {
        if (entry.Machine is not { } machine)
            return;
        lock (gate)
        {
            images.Clear();
            if (!rows.TryGetValue(machine, out var row))
                return;
            switch (entry.Kind)
            {
                case EventKind.StepStart:
                    row.Step = entry.Step!;
                    row.Note = "";
                    row.Since = entry.Time;
                    row.Running = true;
                    break;
                case EventKind.StepEnd:
                    row.Step = entry.Step!;
                    row.Note = $"{entry.Outcome?.ToString().ToLowerInvariant()} {entry.Reason}";
                    row.Bad |= entry.Outcome is Outcome.Failed or Outcome.Error;
                    row.Running = false;
                    break;
                case EventKind.Task when entry.Outcome is null:
                    row.Note = "task: " + entry.Reason;
                    break;
                case EventKind.Note:
                    row.Note = entry.Reason ?? "";
                    break;
            }
        }
    }

    async Task DrawAsync()
    {
        try
        {
            await console
                .Live(Table())
                .AutoClear(true)
                .StartAsync(async live =>
                {
                    while (!end.IsCancellationRequested)
                    {
                        live.UpdateTarget(Table());
                        await Tools.Poll.DelayAsync(Redraw, end.Token);
                    }
                });
        }
        catch (OperationCanceledException)
        {
            // The view is over.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The terminal is gone, or cannot be drawn on: the command goes on, and says in lines what there is to say.
            Terminal.Above = Terminal.Passing = null;
            Terminal.Say($"The live view ended: {e.Message}");
        }
    }

    Rows Table()
    {
        lock (gate)
        {
            var lines = new List<IRenderable>();
            lines.AddRange(above.TakeLast(console.Profile.Height / 2).Select(line => new Text(line)));
            if (passing is { } waits && TimeProvider.System.GetElapsedTime(waits.Since) < Shown)
                lines.Add(new Text(waits.Text));
            lines.AddRange(images.Values.Select(image => new Text(image)));
            var table = new Table().NoBorder().HideHeaders().AddColumns("", "", "", "");
            var now = TimeProvider.System.GetUtcNow();
            foreach (var (name, row) in rows.Take(Math.Max(1, console.Profile.Height - 4)))
                table.AddRow(
                    new Text(name, row.Bad ? new Style(Color.Red) : Style.Plain),
                    new Text(row.Step),
                    new Text(row.Running ? Seconds(now - row.Since) : ""),
                    new Text(row.Note.ReplaceLineEndings(" ")) { Overflow = Overflow.Ellipsis }
                );

            lines.Add(table);
            return new Rows(lines);
        }
    }

    sealed class Row
    {
        public string Step = "waiting";
        public string Note = "";
        public DateTimeOffset Since;
        public bool Running;
        public bool Bad;
    }
}
