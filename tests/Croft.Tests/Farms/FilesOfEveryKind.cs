using Croft.Farms;
using Croft.Images;
using Croft.Tools;

namespace Croft.Tests.Farms;

/// <summary>Files of the user's that are none: nothing is opened that may never end.</summary>
public sealed class FilesOfEveryKind : IDisposable
{
    const string Text = "farm: f\nplatforms: { own: { image: { file: disk } } }\nvms: { list: [ { platform: other, name: a } ] }\n";

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("farm.yaml", "mkfifo", "farm.yaml:1:1: the file cannot be read: it is a named pipe, not a file")]
    [InlineData("farm.yaml", "ln -s /dev/zero", "farm.yaml:1:1: the file cannot be read: it is a device, not a file")]
    [InlineData("farm.yaml", "ln -s gone", "farm.yaml:1:1: the file cannot be read: it is a link that leads nowhere")]
    [InlineData("platforms/other.yaml", "mkfifo", "platforms/other.yaml:1:1: the file cannot be read: it is a named pipe, not a file")]
    [InlineData("platforms/other.yaml", "ln -s gone", "platforms/other.yaml:1:1: the file cannot be read: it is a link that leads nowhere")]
    public async Task IsNamedInsteadOfRead(string file, string made, string problem)
    {
        folder.Write("farm.yaml", Text);
        await ShellAsync($"mkdir -p platforms; rm -f {file}; {made} {file}");
        Assert.Contains(problem, Problems());
    }

    [Theory]
    [InlineData("mkfifo", "is a named pipe, not a file")]
    [InlineData("ln -s /dev/zero", "is a device, not a file")]
    [InlineData("mkdir", "is a folder, not a file")]
    public async Task IsNoImage(string made, string why)
    {
        var file = Path.Combine(folder.Path, "disk");
        await ShellAsync($"{made} disk");
        folder.Write("farm.yaml", Text.Replace("other", "own"));
        Assert.Contains($"{file} {why}", Problems());
        var store = new ImageStore(Path.Combine(folder.Path, "images"), TimeProvider.System);
        var refusal = await Assert.ThrowsAsync<CroftException>(() =>
            store.EnsureAsync(new FileImage("i", file, null, null), new Progress<ImageProgress>(), TestContext.Current.CancellationToken)
        );
        Assert.Equal($"image \"i\": {file} {why}", refusal.Message);
    }

    [Fact]
    public async Task ThatLeadsNowhereIsNotTheOneAbove()
    {
        folder.Write("farm.yaml", Text);
        await ShellAsync("mkdir lab; ln -s gone lab/farm.yaml");
        Assert.Equal(Path.Combine(folder.Path, "lab/farm.yaml"), FarmFile.Find(Path.Combine(folder.Path, "lab")));
    }

    [Fact]
    public async Task LeftByEditorsIsNoPlatform()
    {
        folder.Write("farm.yaml", Text.Replace("other", "debian_13"));
        await ShellAsync("mkdir platforms; ln -s me@box.1 platforms/.#debian_13.yaml; echo x > disk");
        Assert.Equal("", Problems());
    }

    string Problems() => string.Join('\n', FarmFile.Read(Path.Combine(folder.Path, "farm.yaml"), Reading.Defaults).Problems);

    async Task ShellAsync(string script) =>
        await new Tool("sh", "-ec", script) { Directory = folder.Path }.RunCheckedAsync(
            "making files",
            TestContext.Current.CancellationToken
        );
}
