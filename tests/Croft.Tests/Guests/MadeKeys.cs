using Croft.Guests;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Guests;

public sealed class MadeKeys
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StandInNoFileAfterwards()
    {
        using var folder = new TemporaryFolder();
        var pair = await Keys.MakeAsync(folder.Path, Cancel);
        Assert.Empty(Directory.GetFiles(folder.Path));
        Assert.Matches("^ssh-ed25519 [A-Za-z0-9+/=]+$", pair.Public);
        var file = folder.Write("id", pair.Private);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        Assert.StartsWith(
            pair.Public,
            await new Tool("ssh-keygen", "-y", "-P", "", "-f", file).RunCheckedAsync("reading it", Cancel),
            StringComparison.Ordinal
        );
        Assert.NotEqual(pair.Public, (await Keys.MakeAsync(folder.Path, Cancel)).Public);
    }

    [Fact]
    public async Task OfTheUserAreMadeOnceHoweverManyAsk()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "data/id_ed25519");
        var lines = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Keys.UserKeyAsync(file, Cancel)));
        Assert.Single(lines.Distinct());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.StartsWith(
            lines[0],
            await new Tool("ssh-keygen", "-y", "-P", "", "-f", file).RunCheckedAsync("reading it", Cancel),
            StringComparison.Ordinal
        );
    }
}
