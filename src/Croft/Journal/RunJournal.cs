using System.Collections.Immutable;
using System.Runtime.Versioning;

namespace Croft.Journal;

/// <summary>
/// The append-only event log of one run, written by many machines' tasks at once.
/// <para>
/// Each event is one line, handed to the operating system by one write before <see cref="Append"/> returns: what was about to be
/// created is on record before it is created, and a <c>kill -9</c> at any moment costs at most the line being written, which
/// <see cref="JournalReader"/> leaves out. A power cut may cost more; nothing is synced to the disk itself.
/// </para>
/// </summary>
public sealed class RunJournal : IDisposable
{
    readonly RunJournal? whole;
    readonly Lock gate = new();
    readonly TimeProvider clock;
    readonly FileStream file;
    ImmutableArray<Follower> followers = [];

    RunJournal(RunFolder folder, FileStream file, TimeProvider clock)
    {
        Folder = folder;
        this.file = file;
        this.clock = clock;
    }

    RunJournal(RunJournal whole, string scope)
    {
        (this.whole, gate, clock, file) = (whole, whole.gate, whole.clock, whole.file);
        Folder = whole.Folder with { Scope = scope };
    }

    /// <summary>The same journal, in which the names of steps begin with a scope; empty is this one.</summary>
    internal RunJournal In(string scope) => scope.Length == 0 ? this : new(this, scope);

    /// <summary>The run's folder.</summary>
    public RunFolder Folder { get; }

    /// <summary>The present, by the run's clock.</summary>
    internal DateTimeOffset Time => clock.GetUtcNow();

    /// <summary>Begins a run: makes its folder (mode 0700) and an empty journal in it.</summary>
    public static RunJournal Create(string stateDirectory, TimeProvider clock)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("runs are kept on Unix only");
        var runs = RunFolder.RunsPath(stateDirectory);
        // The id's last part is the second's fraction in 1/65536: ids of the same second sort by time too, and a taken one has a successor.
        for (var time = clock.GetUtcNow(); ; time = time.AddTicks((TimeSpan.TicksPerSecond / 65536) + 1))
        {
            var fraction = time.Ticks % TimeSpan.TicksPerSecond * 65536 / TimeSpan.TicksPerSecond;
            var folder = new RunFolder(Path.Combine(runs, $"{time.UtcDateTime:yyyyMMdd-HHmmss}-{fraction:x4}"));
            if (Directory.Exists(folder.Root))
                continue;
            try
            {
                return new RunJournal(folder, MakePrivate(folder), clock);
            }
            catch (IOException) when (File.Exists(folder.EventsPath))
            {
                // Another run took this id between the look and the make.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw CroftException.World($"cannot begin a run in {runs}: {e.Message}", "make the folder writable for this user", e);
            }
        }
    }

    /// <summary>
    /// Calls the follower with every event from now on, in the order of the journal, one at a time, while writers go on. One that throws is
    /// not called again,
    /// and the journal says so. Dispose what is returned to stop: it returns when the follower has seen all.
    /// </summary>
    public IDisposable Follow(Action<JournalEvent> follower)
    {
        var following = new Follower(this, follower);
        lock (gate)
            followers = followers.Add(following);
        return following;
    }

    /// <summary>Writes an event; it is with the operating system when this returns.</summary>
    public void Append(JournalEvent entry)
    {
        if (whole is not null)
        {
            whole.Append(entry.Step is { } step ? entry with { Step = Folder.Scope + step } : entry);
            return;
        }

        lock (gate)
        {
            Write(entry);
            foreach (var follower in followers)
                follower.Take(entry);
        }
    }

    /// <summary>A follower goes.</summary>
    /// <param name="reason">Noted, unless the journal is closed.</param>
    internal void Leave(Follower follower, string? reason = null)
    {
        lock (gate)
        {
            followers = followers.Remove(follower);
            if (reason is not null && this.file.CanWrite)
                Note(null, null, reason);
        }
    }

    /// <summary>The run begins.</summary>
    public void RunStart(string farm, string command, string project) =>
        Now(new(default, EventKind.RunStart, Data: Facts(("farm", farm), ("command", command), ("project", project))));

    /// <summary>The run ended.</summary>
    public void RunEnd(Outcome outcome, string? reason = null) => Now(new(default, EventKind.RunEnd, Outcome: outcome, Reason: reason));

    /// <summary>Does what the run is about, and ends the run as that ended.</summary>
    public async Task EndingAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is CroftException or OperationCanceledException)
        {
            RunEnd(e is CroftException ? Outcome.Error : Outcome.Cancelled, e.Message);
            throw;
        }

        RunEnd(Outcome.Passed);
    }

    /// <summary>A machine takes part. Saying it again adds what was not known before.</summary>
    public void Machine(
        string machine,
        string platform,
        string target,
        string arch,
        string hypervisor,
        string? address = null,
        string? project = null
    ) =>
        Now(
            new(
                default,
                EventKind.Machine,
                machine,
                Data: Facts(
                    ("platform", platform),
                    ("target", target),
                    ("arch", arch),
                    ("hypervisor", hypervisor),
                    ("address", address),
                    ("project", project)
                )
            )
        );

    /// <summary>A machine began a step; the log is a path in the run's folder, full or relative to it.</summary>
    public void StepStart(string machine, string step, string? log = null) =>
        Now(new(default, EventKind.StepStart, machine, step, Log: log is null ? null : Folder.Relative(log)));

    /// <summary>A machine ended a step. A step that never started, as one that is skipped, needs no <see cref="StepStart"/>.</summary>
    public void StepEnd(string machine, string step, Outcome outcome, string? reason = null) =>
        Now(new(default, EventKind.StepEnd, machine, step, outcome, reason));

    /// <summary>A task of a step began or ended.</summary>
    /// <param name="result">How it ended, in Ansible's word; null while it runs.</param>
    internal void Task(string machine, string step, string name, string place, string? result) =>
        Now(
            new(
                default,
                EventKind.Task,
                machine,
                step,
                result switch
                {
                    null => null,
                    "failed" or "unreachable" => Outcome.Failed,
                    "skipped" => Outcome.Skipped,
                    _ => Outcome.Passed,
                },
                name,
                Data: Facts(("place", place.Length == 0 ? null : place), ("result", result))
            )
        );

    /// <summary>Something worth knowing happened, to a machine or to the run.</summary>
    public void Note(string? machine, string? step, string text) => Now(new(default, EventKind.Note, machine, step, Reason: text));

    /// <summary>Something is about to be created or removed. Call it before doing so.</summary>
    public void Intent(string action, string kind, string name, string hypervisor, string? machine = null) =>
        Now(
            new(
                default,
                EventKind.Intent,
                machine,
                Data: Facts(("action", action), ("kind", kind), ("name", name), ("hypervisor", hypervisor))
            )
        );

    /// <summary>Closes the journal. Nothing is lost without it.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            followers = [];
            this.file.Dispose();
        }
    }

    // The clock is read under the lock, so that times never go backwards from line to line.
    void Now(JournalEvent entry)
    {
        lock (gate)
            Append(entry with { Time = this.clock.GetUtcNow() });
    }

    void Write(JournalEvent entry)
    {
        var line = JournalLine.Write(entry);
        var start = this.file.Position;
        try
        {
            this.file.Write(line);
        }
        catch (IOException e)
        {
            // Half a line would spoil the next one too.
            this.file.Position = start;
            this.file.SetLength(start);
            throw CroftException.World($"cannot write the journal {Folder.EventsPath}: {e.Message}", "free space on that disk", e);
        }
    }

    static ImmutableSortedDictionary<string, string> Facts(params ReadOnlySpan<(string Name, string? Value)> facts)
    {
        var data = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in facts)
            if (value is not null)
                data[name] = value;
        return data.ToImmutable();
    }

    [UnsupportedOSPlatform("windows")]
    static FileStream MakePrivate(RunFolder folder)
    {
        Directory.CreateDirectory(folder.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new(
            folder.EventsPath,
            new FileStreamOptions
            {
                Access = FileAccess.Write,
                BufferSize = 0, // every Write is one write(2)
                Mode = FileMode.CreateNew,
                Share = FileShare.Read,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );
    }
}
