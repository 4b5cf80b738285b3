using Croft.Testing;
using Croft.Tools;

namespace Croft.Cli.Tests;

/// <summary>What <c>scripts/release</c> makes of this clone; it takes minutes and what NuGet has.</summary>
public sealed class ReleaseArchives : IDisposable
{
    readonly string folder = TestFolder.New();

    public void Dispose() => TestFolder.Delete(folder);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AreTheSameBytesInWhateverFolderTheyAreBuilt()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("CROFT_TEST_ALL") == "1", "CROFT_TEST_ALL=1 runs it");
        var sums = new List<string>();
        foreach (var clone in (string[])["a", "b/longer"])
        {
            var place = Path.Combine(folder, clone);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            await new Tool("git", "clone", "--quiet", Cli.Repository, place).RunCheckedAsync("cloning", Cancel);
            await new Tool(Path.Combine(place, "scripts/release"), "--arch", await ArchAsync(), Path.Combine(place, "out")).RunCheckedAsync(
                "making a release",
                Cancel
            );
            sums.Add(await File.ReadAllTextAsync(Path.Combine(place, "out/SHA256SUMS"), Cancel));
        }

        Assert.Equal(sums[0], sums[1]);
        var archive = Assert.Single(Directory.GetFiles(Path.Combine(folder, "a/out"), "*.tar.gz"));
        var files = await new Tool("tar", "tf", archive).RunCheckedAsync("listing", Cancel);
        Assert.All(["/croft\n", "/croft.1\n", "/LICENSE\n", "/THIRD-PARTY\n", "/completions/croft.bash\n"], file =>
            Assert.Contains(file, files)
        );
    }

    static async Task<string> ArchAsync() => (await new Tool("dpkg", "--print-architecture").RunCheckedAsync("asking dpkg", Cancel)).Trim();
}
