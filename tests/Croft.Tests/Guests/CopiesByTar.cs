using Croft.Guests;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Guests;

/// <summary>Files that go into guests, and come from them, by tar.</summary>
public sealed class CopiesByTar : IAsyncLifetime
{
    readonly TemporaryFolder folder = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>.NET removes no name that is no UTF-8.</summary>
    public async ValueTask DisposeAsync()
    {
        await ShAsync("rm -rf in out");
        folder.Dispose();
    }

    [Theory]
    [InlineData("mkfifo in/pipe", "in/pipe is a named pipe, not a file")]
    [InlineData("ln -s nowhere in/link", "in/link is a link that leads nowhere")]
    [InlineData("ln -s .. in/deep/loop", "in/deep/loop leads back to a folder that it is in")]
    [InlineData("touch \"$(printf 'in/b\\377d')\"", "d has a name that is no UTF-8")]
    public async Task RefuseByNameWhatCannotGo(string command, string reason)
    {
        var error = await Assert.ThrowsAsync<CroftException>(() => CopyAsync(command));
        Assert.Contains($"{reason}, and nothing was copied", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "out")));
    }

    [Fact]
    public async Task BringFilesUnderAnyNameAndWhatLinksLeadTo()
    {
        await CopyAsync("echo 1 >\"$(printf 'in/deep/it'\\''s\\n ü*')\"; chmod 640 in/deep/*; ln -s ../in/deep in/link; mkdir in/empty");
        await ShAsync(
            "cd out && test -d empty && test \"$(stat -c %a deep/*)\" = 640 && cmp deep/it* ../in/link/it* && cmp link/it* deep/it*"
        );
    }

    [Fact]
    public async Task BringFilesOfEveryNameAndEachAsOften()
    {
        await ShAsync(
            "mkdir -p in/deep in/empty; echo 1 >\"$(printf 'in/b\\377d')\"; echo 2 >\"$(printf 'in/b\\376d')\"; echo 3 >in/deep/it; chmod 640 in/deep/it; "
                + "touch -d @1000000000 in/deep/it; ln in/deep/it in/hard; ln -s deep in/link; echo 4 >in/%FF"
        );
        await FetchAsync("in", "out");
        await ShAsync(
            "cd out; grep -q 1 b%FFd; grep -q 2 b%FEd; cmp deep/it hard; cmp deep/it link/it; grep -q 4 %FF; test -d empty; "
                + "test \"$(stat -c %a.%Y deep/it)\" = 640.1000000000"
        );
    }

    [Fact]
    public async Task TakeNoNameForAnOption()
    {
        await ShAsync("mkdir -p in; echo 1 >in/-d; echo 1 >-d");
        await FetchAsync("in/-d", "out");
        await ShAsync("grep -q 1 out");
        var (from, to) = (Path.Combine(folder.Path, "-d"), "-croft-test-no-such-folder/-d");
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            GuestCopy.RunAsync(new GuestOfThisHost(), from, to, toGuest: true, TestContext.Current.CancellationToken)
        );
        Assert.Contains("./-croft-test-no-such-folder: there is no such folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AreForFoldersThatHaveLinks()
    {
        await ShAsync("mkdir -p in/deep out; echo 1 >in/it; ln -s ../in/it out/link; mkdir -p more/.deep; ln -s nowhere more/.deep/link");
        foreach (var (name, has) in new[] { ("in", false), ("in/it", false), ("out", true), ("more", true), ("nosuch", false) })
        {
            var path = Path.Combine(folder.Path, name);
            Assert.Equal(has, GuestCopy.HasLinks(path));
            Assert.Equal(has, await GuestCopy.HasLinksAsync(new GuestOfThisHost(), path, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task SayWhatALinkThatLeadsNowhereIs()
    {
        await ShAsync("mkdir -p in; echo 1 >in/it; ln -s nowhere in/dead");
        var error = await Assert.ThrowsAsync<CroftException>(() => FetchAsync("in", "out"));
        Assert.StartsWith("a link there leads nowhere", error.Hint, StringComparison.Ordinal);
        await ShAsync("grep -q 1 out/it");
    }

    [Theory]
    [InlineData("in", "nosuch/deep", "there is no folder ")]
    [InlineData("in", "file", "copying to ")]
    [InlineData("in/it", "file/it", "there is no folder ")]
    public async Task SayWhereTheyCannotCome(string from, string to, string reason)
    {
        await ShAsync("mkdir -p in; echo 1 >in/it; echo 1 >file");
        Assert.StartsWith(reason, (await Assert.ThrowsAsync<CroftException>(() => FetchAsync(from, to))).Message, StringComparison.Ordinal);
    }

    async Task FetchAsync(string from, string to)
    {
        var cancel = TestContext.Current.CancellationToken;
        (from, to) = (Path.Combine(folder.Path, from), Path.Combine(folder.Path, to));
        await GuestCopy.RunAsync(new GuestOfThisHost(), from, to, toGuest: false, cancel).WaitAsync(TimeSpan.FromSeconds(20), cancel);
    }

    async Task CopyAsync(string command)
    {
        await ShAsync($"mkdir -p in/deep; {command}");
        var cancel = TestContext.Current.CancellationToken;
        var (from, to) = (Path.Combine(folder.Path, "in"), Path.Combine(folder.Path, "out"));
        await GuestCopy.RunAsync(new GuestOfThisHost(), from, to, toGuest: true, cancel).WaitAsync(TimeSpan.FromSeconds(20), cancel);
    }

    Task ShAsync(string command) =>
        new Tool("sh", "-e", "-c", command) { Directory = folder.Path }.RunCheckedAsync("preparing", TestContext.Current.CancellationToken);
}
