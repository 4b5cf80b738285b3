using Croft.Lifecycle;
using Croft.Phases;
using Croft.Tests.Farms;
using Croft.Tests.Guests;
using Croft.Tools;

namespace Croft.Tests.Lifecycle;

public sealed class FetchedArtifacts : IAsyncLifetime
{
    readonly TemporaryFolder folder = new();
    readonly List<string> notes = [];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    string There => Path.Combine(folder.Path, "there");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await new Tool("rm", "-rf", There).RunAsync(CancellationToken.None); // .NET removes no names that are no text
        folder.Dispose();
    }

    [Fact]
    public async Task ComeWhateverTheLoginShellSaysFirst()
    {
        await FetchAsync("echo good morning; ", "echo one >a; echo two >b; mkdir -p c/d; echo three >c/d/e; ln b b2; ln -s a a2", "/**");
        Assert.Equal(["a", "a2", "b", "b2", "c/d/e"], Fetched());
        Assert.Equal("one\n", Read("a2"));
        Assert.Equal("two\n", Read("b2"));
        Assert.Empty(notes);
    }

    [Fact]
    public async Task OfLinksAreThoseToFilesAlone()
    {
        await FetchAsync(
            "",
            "mkdir c; echo one >c/1; ln -s c/1 last; ln -s c again; ln -s nowhere dead; ln -s . c/loop; mkfifo p; ln -s p pipe",
            "/**"
        );
        Assert.Equal(["c/1", "last"], Fetched());
        Assert.Empty(notes);
    }

    [Fact]
    public async Task ComeThoughSomeCannotAndTheseAreNamed()
    {
        // tar is given a name that is gone by then.
        await FetchAsync("find() { command find \"$@\"; printf '%s\\0' \"$(cat there)/gone\"; }; ", "echo one >a", "/*", asText: true);
        Assert.Equal(["a"], Fetched());
        Assert.Contains(notes, note => note.Contains("/gone: Cannot stat: No such file or directory", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ThatNoDiskHasRoomForDoNotCostTheOthers()
    {
        await FetchAsync("", "echo one >a; truncate -s 15T huge; echo two >later", "/*");
        Assert.Equal(["a", "later"], Fetched());
        Assert.Contains("/huge: has more than the ", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfPatternsThatMatchNothingAreNone()
    {
        await FetchAsync("", "true", "/missing/**");
        Assert.Empty(Fetched());
        Assert.Empty(notes);
    }

    [Fact]
    public async Task FailWhenTheGuestSendsNoArchive()
    {
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            FetchAsync("tar() { echo no tar here >&2; return 1; }; ", "echo one >a", "/**", asText: true)
        );
        Assert.Contains("no tar here", error.Message);
    }

    [Fact]
    public async Task ThatFailDoNotBlameAPatternThatMatchesNothing()
    {
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            FetchAsync("tar() { cat >/dev/null; return 255; }; ", "true", "/missing/**", asText: true)
        );
        Assert.Equal("artifacts could not be fetched: the connection to the guest broke", error.Message);
    }

    [Fact]
    public async Task KeepNamesThatAreNoTextApart()
    {
        await FetchAsync(
            "",
            "for n in 'caf\\351' 'caf\\350' 'caf%%E9' 'a%%b' 'x\\ny' '-r' \"$(printf %0200d 7)\"; do echo x >\"./$(printf -- \"$n\")\"; done",
            "/*"
        );
        Assert.Equal(7, Fetched().Count);
        Assert.Contains("caf%E8", Fetched());
        Assert.Contains("caf%E9", Fetched());
        Assert.Contains("caf%E9~2", Fetched());
        Assert.Contains("a%b", Fetched());
        Assert.Contains("x\ny", Fetched());
    }

    [Fact]
    public async Task OfAFolderBehindALinkCome()
    {
        await FetchAsync("", "mkdir real; echo one >real/a; ln -s real current; ln -s real/a latest", "/current/**", "/latest");
        Assert.Equal(["current/a", "latest"], Fetched());
        Assert.Equal("one\n", Read("latest"));
    }

    [Fact]
    public async Task OfAFolderThatIsNamedAreAllThatIsInIt()
    {
        await FetchAsync("", "mkdir -p logs/deep logs2 m/x; touch logs/a logs/deep/b logs2/no m/x/c", "/logs", "/m/x/");
        Assert.Equal(["logs/a", "logs/deep/b", "m/x/c"], Fetched());
        Assert.Empty(notes);
    }

    async Task FetchAsync(string first, string make, params string[] globs) => await FetchAsync(first, make, globs, false);

    async Task FetchAsync(string first, string make, string glob, bool asText) => await FetchAsync(first, make, [glob], asText);

    /// <param name="asText">The text is part of the command, not of the login shell.</param>
    async Task FetchAsync(string first, string make, string[] globs, bool asText)
    {
        Directory.CreateDirectory(There);
        Assert.Equal(0, (await new Tool("sh", "-c", make) { Directory = There }.RunAsync(Cancel)).ExitCode);
        var guest = asText
            ? new GuestOfThisHost { Before = first.Replace("$(cat there)", There, StringComparison.Ordinal) }
            : new GuestOfThisHost("sh", first);
        await ArtifactFetch.FetchAsync(
            guest,
            [.. globs.Select(glob => There + glob)],
            Path.Combine(folder.Path, "here"),
            notes.Add,
            Cancel
        );
    }

    IReadOnlyList<string> Fetched()
    {
        var root = Path.Combine(folder.Path, "here") + There;
        return Directory.Exists(root)
            ?
            [
                .. Directory
                    .EnumerateFiles(root, "*", SearchOption.AllDirectories)
                    .Select(f => Path.GetRelativePath(root, f))
                    .Order(StringComparer.Ordinal),
            ]
            : [];
    }

    string Read(string file) => File.ReadAllText(Path.Combine(folder.Path, "here") + There + "/" + file);
}
