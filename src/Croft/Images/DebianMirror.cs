using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

/// <summary>The Debian archive of this machine's own apt sources, which a build without <c>mirror:</c> reads.</summary>
static class DebianMirror
{
    const string Cure =
        "see that this host reaches it; name another (mirror: of the image, proxy: of the farm); or bring images with croft image unbundle";

    /// <summary>Asks for one small file of it with apt's own means and settings: a build would try for minutes before it says so.</summary>
    /// <param name="work">For what is fetched.</param>
    /// <exception cref="CroftException">It does not answer.</exception>
    public static async Task MustAnswerAsync(BuiltImage image, string work, CancellationToken cancel)
    {
        string[] list = ["indextargets", "--no-release-info", "--format", "$(REPO_URI)dists/$(RELEASE)/InRelease", "Created-By: Packages"];
        var sources = await new Tool("apt-get", list).RunAsync(cancel);
        if (sources.Output.Split('\n').FirstOrDefault(address => address.Contains("/debian/", StringComparison.Ordinal)) is not { } release)
            return; // the build says what is missing
        string[] fetch =
        [
            "-o",
            "APT::Sandbox::User=root",
            "-o",
            "Acquire::Retries=1",
            "download-file",
            release,
            Path.Combine(work, "InRelease"),
        ];
        var answer = await new Tool("/usr/lib/apt/apt-helper", fetch)
        {
            Environment = new Dictionary<string, string?>(GuestBuild.Proxy(image)),
        }.RunAsync(cancel);
        if (answer.ExitCode != 0)
            throw CroftException.World(
                $"image \"{image.Name}\": the Debian archive of this host does not answer: {answer.LastWords}",
                Cure
            );
    }
}
