using Croft.Images;
using Croft.Journal;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Croft.Cli;

/// <summary>A table of machines and their present step, redrawn in place.</summary>
sealed class LiveProgress : Progress, IProgress<ImageProgress>
{
    static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);

    readonly Lock gate = new();
    readonly Dictionary<string, Row> rows;
    readonly List<string> above = [];
    readonly SortedDictionary<string, string> images = new(StringComparer.Ordinal);
    readonly CancellationTokenSource end = new();
    readonly Task drawing;
    readonly IAnsiConsole console;

    public LiveProgress(Terminal terminal, IEnumerable<string> machines)
        : base(terminal)
    {
        rows = machines.ToDictionary(m => m, _ => new Row(), StringComparer.Ordinal);
        console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Out = Terminal.ErrorOutput() });
        terminal.Above = line =>
        {
            lock (gate)
                above.Add(line);
        };
        drawing = Task.Run(DrawAsync);
    }

    public override IProgress<ImageProgress> Images => this;

    public void Report(ImageProgress value)
    {
        lock (gate)
            images[value.Image] = Describe(value);
    }

    public override void Dispose()
    {
        base.Dispose();
        if (drawing.IsCompleted)
            return;
        end.Cancel();
        drawing.GetAwaiter().GetResult();
        end.Dispose();
        Terminal.Above = null;
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
                case EventKind.Note:
                    row.Note = entry.Reason ?? "";
                    break;
            }
        }
    }

    async Task DrawAsync()
    {
        await console.Live(Table()).AutoClear(true).StartAsync(async live =>
        {
            while (!end.IsCancellationRequested)
            {
                live.UpdateTarget(Table());
                try
                {
                    await Tools.Poll.DelayAsync(Redraw, end.Token);
                }
                catch (OperationCanceledException)
                {
                    break;
                }
            }
        });
    }

    Rows Table()
    {
        lock (gate)
        {
            var lines = new List<IRenderable>();
            lines.AddRange(above.TakeLast(console.Profile.Height / 2).Select(line => new Text(line)));
            lines.AddRange(images.Values.Select(image => new Text(image)));
            var table = new Table().NoBorder().HideHeaders().AddColumns("", "", "", "");
            var now = TimeProvider.System.GetUtcNow();
            foreach (var (name, row) in rows.Take(Math.Max(1, console.Profile.Height - 4)))
            {
                table.AddRow(
                    new Text(name, row.Bad ? new Style(Color.Red) : Style.Plain),
                    new Text(row.Step),
                    new Text(row.Running ? Seconds(now - row.Since) : ""),
                    new Text(row.Note.ReplaceLineEndings(" ")) { Overflow = Overflow.Ellipsis });
            }

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
