using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Images;

/// <summary>Images are Debian's, wherever they are built.</summary>
public sealed class BuildsOnOtherSystems : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task AskDebiansOwnArchiveWhereTheHostsAptKnowsNone()
    {
        var apt = folder.Write("bin/apt-get", "#!/bin/sh\necho http://archive.ubuntu.com/ubuntu/ noble main\n");
        File.SetUnixFileMode(apt, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var script = Path.Combine(Repository.Root, "src/Croft/Images/Guest/build.sh");
        var result = await new Tool("sh", script, folder["out"], "bookworm", "amd64", "micro")
        {
            Environment = new Dictionary<string, string?>
            {
                ["PATH"] = $"{Path.GetDirectoryName(apt)}:/usr/sbin:/usr/bin:/sbin:/bin",
                ["http_proxy"] = "http://127.0.0.1:9", // nobody
            },
        }.RunAsync(TestContext.Current.CancellationToken);
        Assert.Contains("build.sh: http://deb.debian.org/debian does not answer, or has no bookworm\n", result.Error);
    }
}
