using Croft.Journal;
using Croft.Tests.Farms;

namespace Croft.Tests.Journal;

public sealed class RunningJournal : IDisposable
{
    readonly TemporaryFolder state = new();
    readonly RunJournal journal;

    public RunningJournal() => journal = RunJournal.Create(state.Path, new SetClock());

    [Fact]
    public void LivesInAPrivateFolderNamedByTime()
    {
        Assert.Equal(Path.Combine(state.Path, "runs", "20260301-093005-0000"), journal.Folder.Root);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(journal.Folder.Root)
            );
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(journal.Folder.EventsPath));
        }
    }

    [Fact]
    public void HasAnIntentOnDiskBeforeTheCallReturns()
    {
        journal.Intent("create", "volume", "vde.db.root.qcow2", "local");

        Assert.Equal(
            """{"time":"2026-03-01T09:30:05+00:00","kind":"intent","data":{"action":"create","hypervisor":"local","kind":"volume","name":"vde.db.root.qcow2"}}"""
                + "\n",
            Lines()
        );
    }

    [Fact]
    public void EscapesControlCharactersInTexts()
    {
        journal.Note("db", "main", "a\nb\u001b[31m\u0000\u009b\u2028\u007f");

        Assert.DoesNotContain(Lines().TrimEnd('\n'), c => char.IsControl(c) || c == '\u2028');
        Assert.Equal("a\nb\u001b[31m\u0000\u009b\u2028\u007f", journal.Folder.Read().Single().Reason);
    }

    [Fact]
    public void ReadsBackWhatWasWritten()
    {
        journal.RunStart("vde", "run", "vde");
        journal.Machine("db", "debian_12", "amd64", "x86_64", "local", "10.80.0.40");
        journal.StepStart("db", "create init", journal.Folder.LogPath("db", "create init"));
        journal.StepEnd("db", "create init", Outcome.Failed, "exit 2 – \"größer\"");
        journal.RunEnd(Outcome.Failed);

        var events = journal.Folder.Read();

        Assert.Equal(
            [EventKind.RunStart, EventKind.Machine, EventKind.StepStart, EventKind.StepEnd, EventKind.RunEnd],
            events.Select(e => e.Kind)
        );
        Assert.Equal("10.80.0.40", events[1].Data!["address"]);
        Assert.Equal("logs/db/create-init.log", events[2].Log);
        Assert.Equal("exit 2 – \"größer\"", events[3].Reason);
        Assert.Equal(Outcome.Failed, events[4].Outcome);
    }

    [Fact]
    public void KeepsEachLineWholeWhenManyMachinesWrite()
    {
        var text = new string('x', 5000);
        Parallel.For(0, 400, i => journal.Note($"m{i}", "main", text));

        var lines = Lines().TrimEnd('\n').Split('\n');
        Assert.Equal(400, lines.Length);
        Assert.Equal(400, journal.Folder.Read().Where(e => e.Reason == text).Select(e => e.Machine).Distinct().Count());
    }

    [Fact]
    public void TellsFollowersInTheOrderOfTheFile()
    {
        var seen = new List<string?>();
        using (journal.Follow(e => seen.Add(e.Reason)))
            Parallel.For(0, 200, i => journal.Note(null, null, $"{i}"));
        journal.Note(null, null, "unseen");

        Assert.Equal(journal.Folder.Read().Select(e => e.Reason).SkipLast(1), seen);
    }

    [Fact]
    public void OutlivesABrokenFollower()
    {
        using (journal.Follow(_ => throw new InvalidOperationException("no terminal")))
            journal.Note(null, null, "first");
        journal.Note(null, null, "second");

        Assert.Equal(
            ["first", "a view of the run broke and was closed: no terminal", "second"],
            journal.Folder.Read().Select(e => e.Reason)
        );
    }

    [Fact]
    public void DoesNotWaitForAFollower()
    {
        using var goOn = new ManualResetEventSlim();
        var seen = 0;
        using (
            journal.Follow(_ =>
            {
                goOn.Wait(TestContext.Current.CancellationToken);
                seen++;
            })
        )
        {
            for (var i = 0; i < 100; i++)
                journal.Note(null, null, $"{i}");
            Assert.Equal(0, seen);
            goOn.Set();
        }

        Assert.Equal(100, seen);
    }

    public void Dispose()
    {
        journal.Dispose();
        state.Dispose();
    }

    string Lines()
    {
        using var file = new FileStream(journal.Folder.EventsPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return new StreamReader(file).ReadToEnd();
    }
}
