using System.Net;
using Croft.Guests;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Guests;

/// <summary>This host in a guest's place, behind an sshd of the test's own.</summary>
public sealed class GuestByOpenSsh : GuestContract
{
    protected override TimeProvider Clock => TimeProvider.System;

    [Fact]
    public Task ShowsItsHostKeyToWhoKnowsNone() =>
        OnAsync(
            async (guest, leave) =>
            {
                Assert.Equal(guest.Access.HostKey, await guest.HostKeyAsync(CancellationToken.None));
                Assert.Null(await ((Guest)guest).StrangerAsync(CancellationToken.None));
                await leave();
                Assert.Null(await guest.HostKeyAsync(CancellationToken.None));
            }
        );

    protected override async Task OnAsync(Func<IGuest, Func<Task>, Task> use)
    {
        if (!File.Exists("/usr/sbin/sshd") || Environment.UserName != "root")
            Assert.Skip("no sshd, or not root");
        Directory.CreateDirectory("/run/sshd");
        using var folder = new TemporaryFolder();
        using var end = new CancellationTokenSource();
        string PathOf(string file) => Path.Combine(folder.Path, file);
        foreach (var key in new[] { "host", "user" })
            await new Tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", PathOf(key)).RunCheckedAsync("making a key", end.Token);
        var port = BehindAHost.FreePort();
        folder.Write(
            "conf",
            $"Port {port}\nListenAddress 127.0.0.1\nHostKey {PathOf("host")}\nAuthorizedKeysFile {PathOf("user.pub")}\nPermitRootLogin yes\nStrictModes no\nUsePAM no\nPidFile {PathOf("pid")}\n"
        );
        var server = new Tool("/usr/sbin/sshd", "-D", "-e", "-f", PathOf("conf")).RunAsync(end.Token);
        Assert.NotNull(
            await Poll.UntilAsync(
                () => Task.FromResult(File.Exists(PathOf("pid")) ? "" : null),
                TimeSpan.FromMilliseconds(20),
                TimeSpan.FromSeconds(20),
                end.Token
            )
        );
        var hostKey = string.Join(' ', (await File.ReadAllTextAsync(PathOf("host.pub"), end.Token)).Split(' ').Take(2)).Trim();
        var files = new SshFiles(folder.Path, PathOf("user"), folder.Path);
        var guest = new Guest(new("a", "f.a", IPAddress.Loopback, port, "root", hostKey), files);
        SshConfig.Write([guest.Access], files);
        try
        {
            await use(guest, async () =>
            {
                await end.CancelAsync();
                await Task.WhenAny(server);
            });
        }
        finally
        {
            await guest.CloseAsync(CancellationToken.None);
            await end.CancelAsync();
            await Task.WhenAny(server);
        }
    }
}
