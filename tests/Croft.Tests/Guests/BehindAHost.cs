using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Croft.Farms;
using Croft.Guests;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Guests;

/// <summary>Guests that are reached through a host outside, which is an sshd of the test's own.</summary>
public sealed class BehindAHost : IAsyncLifetime
{
    readonly TemporaryFolder folder = new();
    readonly CancellationTokenSource end = new();
    Task? server;
    int port;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists("/usr/sbin/sshd") || Environment.UserName != "root")
            Assert.Skip("no sshd, or not root");
        Directory.CreateDirectory("/run/sshd");
        foreach (var key in new[] { "host", "user" })
            await new Tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", PathOf(key)).RunCheckedAsync("making a key", Cancel);
        port = FreePort();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in Directory.EnumerateFiles(folder.Path, "way-*"))
            await new Tool("ssh", "-o", "ControlPath=" + socket, "-O", "exit", "127.0.0.1").RunAsync(CancellationToken.None);
        await StopAsync();
        end.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task ThatHandsNothingOnTheWaitEndsAtOnceAndOnceItIsMendedGuestsAreReached()
    {
        await StartAsync("no");
        await Way.OpenAsync("far", [Host], folder.Path, Cancel);
        var clock = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            Banner.WaitAsync(Behind, IPAddress.Loopback, FreePort(), _ => { }, Cancel)
        );
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
        Assert.Contains("administratively prohibited", error.Message);
        Assert.Contains("AllowTcpForwarding", error.Hint);

        await StopAsync();
        await StartAsync("yes");
        await Way.OpenAsync("far", [Host], folder.Path, Cancel); // as the next command does
        Assert.Contains("nobody answers there yet", await Behind.RefusalAsync(IPAddress.Loopback, FreePort(), Cancel));
        Assert.Null(await Behind.RefusalAsync(IPAddress.Loopback, port, Cancel));
        Assert.StartsWith("SSH-", await Banner.WaitAsync(Behind, IPAddress.Loopback, port, _ => { }, Cancel), StringComparison.Ordinal);
    }

    Jump Host =>
        new("127.0.0.1", "root", port)
        {
            KeyFile = PathOf("user"),
            KnownHosts = PathOf("known"),
            IsVerified = false,
        };

    Way Behind => Way.Through([Host], folder.Path);

    string PathOf(string file) => Path.Combine(folder.Path, file);

    async Task StartAsync(string forwarding)
    {
        await File.WriteAllTextAsync(
            PathOf("conf"),
            $"""
            Port {port}
            ListenAddress 127.0.0.1
            HostKey {PathOf("host")}
            AuthorizedKeysFile {PathOf("user.pub")}
            PermitRootLogin yes
            StrictModes no
            UsePAM no
            PidFile {PathOf("pid")}
            AllowTcpForwarding {forwarding}

            """,
            Cancel
        );
        server = new Tool("/usr/sbin/sshd", "-D", "-e", "-f", PathOf("conf")).RunAsync(end.Token);
        Assert.NotNull(
            await Poll.UntilAsync(
                () => Task.FromResult(File.Exists(PathOf("pid")) ? "" : null),
                TimeSpan.FromMilliseconds(20),
                TimeSpan.FromSeconds(20),
                Cancel
            )
        );
    }

    /// <summary>
    /// The server and those of its children that hold connections: a host that was mended by a restart of its sshd keeps the latter.
    /// </summary>
    async Task StopAsync()
    {
        if (server is null)
            return;
        await new Tool("kill", (await File.ReadAllTextAsync(PathOf("pid"), Cancel)).Trim()).RunAsync(Cancel);
        await Task.WhenAny(server);
        File.Delete(PathOf("pid"));
        server = null;
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
