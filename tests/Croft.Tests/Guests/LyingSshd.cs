using System.Net;
using System.Net.Sockets;
using Croft.Guests;
using Croft.Testing;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Guests;

/// <summary>A real sshd of this host in the place of guests, of which each says what a test wrote for it, whatever it is asked.</summary>
public sealed class LyingSshd : IAsyncLifetime
{
    readonly TemporaryFolder folder = new();
    readonly CancellationTokenSource end = new();
    readonly int port = FreePort();
    Task? server;
    int guests;

    /// <summary>What is not the guests'.</summary>
    public string Folder => folder.Path;

    /// <summary>With a short path.</summary>
    string Sockets => Path.Combine(Path.GetTempPath(), $"liars-{port}");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists("/usr/sbin/sshd") || Environment.UserName != "root")
            return;
        Directory.CreateDirectory("/run/sshd");
        foreach (var key in new[] { "host", "user" })
            await new Tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", PathOf(key)).RunCheckedAsync("making a key", Cancel);
        folder.Write(
            "conf",
            $"""
            Port {port}
            ListenAddress 127.0.0.1
            HostKey {PathOf("host")}
            AuthorizedKeysFile {PathOf("user.pub")}
            PermitRootLogin yes
            StrictModes no
            UsePAM no
            PidFile {PathOf("pid")}
            PrintMotd no
            MaxStartups 200
            MaxSessions 50
            AcceptEnv LIE
            ForceCommand exec /bin/sh {PathOf("lies/$LIE")}

            """
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

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await end.CancelAsync(); // and with it ends all that it started for guests
            await Task.WhenAny(server);
        }

        if (Directory.Exists(Sockets))
            TestFolder.Delete(Sockets);
        end.Dispose();
        folder.Dispose();
    }

    /// <summary>A guest of its own.</summary>
    /// <param name="lie">
    /// What its shell does. There, <c>$C</c> is what was asked, <c>honest</c> does it, <c>$N</c> is what only those know that were asked,
    /// and <c>$B</c> a folder for programs.
    /// </param>
    internal Guest GuestOf(string lie)
    {
        if (server is null)
            Assert.Skip("no sshd, or not root");
        var name = $"g{Interlocked.Increment(ref guests)}";
        foreach (var program in new[] { "date", "sync" }) // the host's own are no matter of tests
            File.SetUnixFileMode(
                folder.Write($"lies/{name}.bin/{program}", "#!/bin/sh\n"),
                UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite
            );
        folder.Write(
            $"lies/{name}",
            $$"""
            read -r _ _ _ _ group _ </proc/$$/stat; echo $group >>{{PathOf("lies/" + name)}}.groups
            C=$SSH_ORIGINAL_COMMAND B={{PathOf("lies/" + name)}}.bin
            N=$(printf %s "$C" | grep -o 'croft-""[0-9a-f]*' | head -n 1 | tail -c 33)
            PATH=$B:$PATH
            honest() { /bin/sh -c "$C"; }
            {{lie}}

            """
        );
        var files = new SshFiles(PathOf(name), PathOf("user"), Sockets);
        var access = new GuestAccess(
            name,
            "f." + name,
            IPAddress.Loopback,
            port,
            "root",
            string.Join(' ', File.ReadAllText(PathOf("host.pub")).Split(' ')[..2])
        );
        SshConfig.Write([access], files);
        File.WriteAllText(files.Config, $"SetEnv LIE={name}\n" + File.ReadAllText(files.Config));
        return new(access, files) { SyncTime = TimeSpan.FromSeconds(1) };
    }

    /// <summary>Ends all that it still does.</summary>
    internal async Task EndAsync(Guest guest)
    {
        await guest.CloseAsync(CancellationToken.None);
        if (File.Exists(PathOf($"lies/{guest.Access.Name}.groups")))
            foreach (var group in await File.ReadAllLinesAsync(PathOf($"lies/{guest.Access.Name}.groups"), CancellationToken.None))
                await new Tool("kill", "-9", "--", "-" + group).RunAsync(CancellationToken.None);
    }

    string PathOf(string file) => Path.Combine(folder.Path, file);

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
