using Croft.Journal;
using Croft.Tests.Farms;

namespace Croft.Tests.Journal;

public sealed class RunFolders : IDisposable
{
    readonly TemporaryFolder state = new();
    readonly SetClock clock = new();

    [Fact]
    public void SortByTimeEvenWithinASecond()
    {
        string[] made = [Begin(0), Begin(0), Begin(40), Begin(700), Begin(1000)];

        Assert.Equal(made, made.Order(StringComparer.Ordinal));
        Assert.Equal(made, RunFolder.All(state.Path).Select(run => run.Id));
    }

    [Fact]
    public void AreNeverSharedByTwoRunsThatBeginTogether()
    {
        var ids = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.For(0, 50, _ => ids.Add(Begin(0)));

        Assert.Equal(50, ids.Distinct().Count());
    }

    [Fact]
    public void AreFoundByIdOrItsBeginning()
    {
        var first = Begin(0);
        var second = Begin(5000);

        Assert.Equal(first, RunFolder.Find(state.Path, first)!.Id);
        Assert.Equal(second, RunFolder.Find(state.Path, second[..15])!.Id);
        Assert.Null(RunFolder.Find(state.Path, "2019"));
        var error = Assert.Throws<CroftException>(() => RunFolder.Find(state.Path, "2026"));
        Assert.Equal($"2 runs begin with \"2026\": {first}, {second}", error.Message);
    }

    [Fact]
    public void AreNoneWhereNothingRan()
    {
        Assert.Empty(RunFolder.All(state.Path));
    }

    [Fact]
    public void DoNotCountOtherFoldersAsRuns()
    {
        Directory.CreateDirectory(Path.Combine(state.Path, "runs", "20260301-093005-zzzz"));
        Directory.CreateDirectory(Path.Combine(state.Path, "runs", "20260301-093005-0000"));

        Assert.Empty(RunFolder.All(state.Path));
    }

    [Fact]
    public void NameFilesByMachineAndStep()
    {
        var run = new RunFolder("/s/runs/x");

        Assert.Equal("/s/runs/x/logs/db-1/restore-init.log", run.LogPath("db-1", "restore init"));
        Assert.Equal("/s/runs/x/logs/db-1/console.log", run.ConsolePath("db-1"));
        Assert.Equal("/s/runs/x/artifacts/db-1", run.ArtifactsPath("db-1"));
        Assert.Equal("/s/runs/x/junit.xml", run.JUnitPath);
        Assert.Equal("/s/runs/x/report.html", run.HtmlPath);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../../etc")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void HoldWhateverAMachineIsCalled(string name)
    {
        var run = new RunFolder("/s/runs/x");

        Assert.All([run.LogPath(name, name), run.ConsolePath(name), run.ArtifactsPath(name)], path =>
        {
            Assert.StartsWith("/s/runs/x/", Path.GetFullPath(path), StringComparison.Ordinal);
            Assert.NotEqual("/s/runs/x/artifacts", Path.GetFullPath(path));
        });
    }

    [Theory]
    [InlineData("logs/db/main.log", "/s/runs/x/logs/db/main.log")]
    [InlineData("../y/secret", null)]
    [InlineData("/etc/passwd", null)]
    [InlineData("../xy", null)]
    [InlineData("logs/a\0b", null)]
    public void ResolveNothingOutsideOfThem(string relative, string? expected) =>
        Assert.Equal(expected, new RunFolder("/s/runs/x").Resolve(relative));

    public void Dispose() => state.Dispose();

    string Begin(int laterMilliseconds)
    {
        lock (clock)
            clock.Time += TimeSpan.FromMilliseconds(laterMilliseconds);
        using var journal = RunJournal.Create(state.Path, clock);
        return journal.Folder.Id;
    }
}
