using System.Formats.Tar;
using System.Text;
using Croft.Engines;
using Croft.Engines.Lxd;
using Croft.Tools;

namespace Croft.Tests.Engines;

/// <summary>A real LXD of the tests' own, with containers of nothing but busybox.</summary>
[CollectionDefinition(nameof(LxdOfTests))]
public sealed class LxdOfTests : ICollectionFixture<LxdOfTests>, IAsyncLifetime
{
    const string Busybox = "/bin/busybox";

    const UnixFileMode Everybody = (UnixFileMode)0b111_101_101;

    static readonly string? Lack =
        !File.Exists("/usr/bin/lxd") ? "LXD is not installed, or this system has no package of it"
        : !File.Exists(Busybox) ? "busybox is not installed"
        : !Environment.IsPrivilegedProcess ? "a daemon of one's own needs root"
        : null;

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"croft-lxd-contract-{Environment.ProcessId}");

    static string Script => Path.Combine(AppContext.BaseDirectory, "lxd-host.sh");

    public async ValueTask InitializeAsync()
    {
        if (Lack is null)
            await new Tool("bash", Script, "up", Folder).RunCheckedAsync("starting LXD", CancellationToken.None);
    }

    internal async Task<IEngine> ConnectAsync()
    {
        if (Lack is not null)
            Assert.Skip(Lack);
        var address = new LxdAddress($"lxd://{Folder}/unix.socket", new(Folder, []));
        return await LxdEngine.ConnectAsync("h", address, TimeSpan.FromSeconds(10), CancellationToken.None);
    }

    internal static async Task<string> LxcAsync(string folder, params string[] arguments) =>
        await (new Tool("lxc", arguments) with { Environment = new Dictionary<string, string?> { ["LXD_DIR"] = folder } }).RunCheckedAsync(
            "lxc",
            CancellationToken.None
        );

    /// <summary>An image whose init waits for ever, and ends when it is asked to.</summary>
    internal static string ImageIn(string folder)
    {
        const string name = "root.tar";
        if (!File.Exists(Busybox))
            return name;
        using var file = File.Create(Path.Combine(folder, name));
        using var tar = new TarWriter(file, TarEntryFormat.Pax);
        foreach (
            var path in new[]
            {
                "rootfs",
                "rootfs/bin",
                "rootfs/sbin",
                "rootfs/dev",
                "rootfs/proc",
                "rootfs/sys",
                "rootfs/root",
                "rootfs/tmp",
            }
        )
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, path + "/") { Mode = Everybody });
        Write("metadata.yaml", "architecture: x86_64\ncreation_date: 1700000000\nproperties: { os: busybox }\n"u8.ToArray());
        Write("rootfs/bin/busybox", File.ReadAllBytes(Busybox));
        Write(
            "rootfs/sbin/init",
            Encoding.ASCII.GetBytes("#!/bin/busybox sh\ntrap 'exit 0' TERM PWR INT\nwhile :; do /bin/busybox sleep 1 & wait $!; done\n")
        );
        foreach (var applet in new[] { "sh", "sync", "head", "true", "echo", "cat", "date", "id", "du", "tail" })
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "rootfs/bin/" + applet) { LinkName = "busybox" });
        return name;

        void Write(string path, byte[] content) =>
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { Mode = Everybody, DataStream = new MemoryStream(content) });
    }

    public async ValueTask DisposeAsync()
    {
        if (Lack is null)
            await new Tool("bash", Script, "down", Folder).RunAsync(CancellationToken.None);
    }
}
