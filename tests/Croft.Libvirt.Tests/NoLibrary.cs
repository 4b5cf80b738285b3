using System.Diagnostics;

namespace Croft.Libvirt.Tests;

public sealed class NoLibrary
{
    // In a child process whose own mounts hide the library.
    [Fact]
    public async Task IsOneSentenceThatSaysWhatToInstall()
    {
        const string library = "/usr/lib/x86_64-linux-gnu/libvirt.so.0";
        Assert.SkipUnless(File.Exists(library), $"no {library} here");
        Assert.SkipUnless(Environment.UserName == "root", "to hide the library needs root");
        var test = $"{typeof(Connections).FullName}.{nameof(Connections.RefuseAfterTheirEnd)}";
        using var child = Process.Start(
            new ProcessStartInfo("unshare")
            {
                ArgumentList =
                {
                    "-m",
                    "bash",
                    "-c",
                    $"mount --bind /dev/null $(readlink -f {library}) && exec {Environment.ProcessPath} --no-progress --filter-method {test}",
                },
                RedirectStandardOutput = true,
            }
        )!;
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains(
            "LibvirtException : libvirt.so.0 cannot be loaded; install libvirt's client library (Debian, Ubuntu: libvirt0;",
            output,
            StringComparison.Ordinal
        );
    }
}
