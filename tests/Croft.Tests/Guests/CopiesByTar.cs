using Croft.Guests;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Guests;

/// <summary>Files that go into guests by tar.</summary>
public sealed class CopiesByTar : IAsyncLifetime
{
    readonly TemporaryFolder folder = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>.NET removes no name that is no UTF-8.</summary>
    public async ValueTask DisposeAsync()
    {
        await ShAsync("rm -rf in");
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
