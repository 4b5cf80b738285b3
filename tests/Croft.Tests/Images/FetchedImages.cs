using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Croft.Farms;
using Croft.Images;
using Croft.Tools;

namespace Croft.Tests.Images;

public sealed class FetchedImages : IDisposable
{
    readonly TempFolder folder = new();
    readonly FileServer server = new();
    readonly Recorder progress = new();
    readonly ImageStore store;
    readonly byte[] disk = RawDisk.Make();

    public FetchedImages() =>
        store = new ImageStore(folder["store"], TimeProvider.System)
        {
            NewDownload = client => new Download(client, TimeProvider.System)
            {
                Stall = TimeSpan.FromSeconds(1),
                Backoff = TimeSpan.FromMilliseconds(5),
            },
        };

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    string Digest => Convert.ToHexStringLower(SHA256.HashData(disk));

    [Fact]
    public async Task HaveTheChecksumThatLiesBesideThem()
    {
        var image = await EnsureAsync(server.Put("/images/disk.raw", disk));
        Assert.Equal(Digest, image.Id);
        Assert.Contains(progress.Seen, step => step is { Phase: "downloading", Done: 1 << 20, Total: 1 << 20 });
        Assert.Empty(Directory.GetFileSystemEntries(folder["store/downloads"]));
    }

    [Fact]
    public async Task AreFetchedOnce()
    {
        var url = server.Put("/disk.raw", disk);
        await Task.WhenAll(EnsureAsync(url), EnsureAsync(url), EnsureAsync(url));
        Assert.Equal(1, server.Count("/disk.raw"));
    }

    [Fact]
    public async Task HaveTheChecksumOfAListInTheirFolder()
    {
        server.Files["/images/disk.raw"] = disk;
        server.Files["/images/SHA256SUMS"] = Encoding.ASCII.GetBytes($"{new string('0', 64)}  other.raw\n{Digest} *disk.raw\n");
        Assert.Equal(Digest, (await EnsureAsync(server.Url("/images/disk.raw"))).Id);
    }

    [Fact]
    public async Task HaveTheChecksumOfTheListThatIsNamed()
    {
        server.Files["/images/disk.raw"] = disk;
        server.Files["/elsewhere"] = Encoding.ASCII.GetBytes($"SHA256 (disk.raw) = {Digest}\n");
        Assert.Equal(Digest, (await EnsureAsync(server.Url("/images/disk.raw"), list: server.Url("/elsewhere"))).Id);
    }

    [Fact]
    public async Task AreRefusedWithoutAnyChecksum()
    {
        server.Files["/disk.raw"] = disk;
        var error = await Assert.ThrowsAsync<CroftException>(() => EnsureAsync(server.Url("/disk.raw")));
        Assert.Contains("no checksum is given, and none lies beside", error.Message);
        Assert.All(Regex.Matches(error.Hint!, "[a-z0-9]+(?=:( |,|$))").Select(key => key.Value), key =>
            Assert.Contains(key, (string[])["sha256", "sha512", "checksums", "url"])
        );
        Assert.Equal(0, server.Count("/disk.raw"));
    }

    [Fact]
    public async Task AreRefusedAndForgottenWithAnotherChecksum()
    {
        var url = server.Put("/disk.raw", disk);
        var wrong = $"sha256:{new string('f', 64)}";
        var error = await Assert.ThrowsAsync<CroftException>(() => EnsureAsync(url, wrong));
        Assert.Contains($"expected {wrong}, got sha256:{Digest}", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder["store/downloads"]));
        Assert.Empty(Directory.GetFileSystemEntries(folder["store/temporary"]));
        Assert.Empty(store.List());
    }

    [Fact]
    public async Task AreNotUnpackedForTheirName() => Assert.Equal(Digest, (await EnsureAsync(server.Put("/disk.raw.xz", disk))).Id);

    [Theory]
    [InlineData("xz", ".xz")]
    [InlineData("gzip", ".gz")]
    [InlineData("zstd", ".zst")]
    [InlineData("bzip2", ".bz2")]
    public async Task AreUnpacked(string tool, string suffix)
    {
        await File.WriteAllBytesAsync(folder["disk.raw"], disk, Cancel);
        await new Tool(tool, "-k", folder["disk.raw"]).RunCheckedAsync("packing", Cancel);
        var url = server.Put($"/disk.raw{suffix}", await File.ReadAllBytesAsync(folder["disk.raw" + suffix], Cancel));
        Assert.Equal(Digest, (await EnsureAsync(url)).Id);
    }

    [Fact]
    public async Task MayNotNameFilesOfTheHost()
    {
        await new Tool(
            "qemu-img",
            "create",
            "-q",
            "-f",
            "qcow2",
            "-u",
            "-F",
            "raw",
            "-b",
            "/etc/passwd",
            folder["evil"],
            "1M"
        ).RunCheckedAsync("making a disk", Cancel);
        var url = server.Put("/evil.qcow2", await File.ReadAllBytesAsync(folder["evil"], Cancel));
        Assert.Contains("an image must stand alone", (await Assert.ThrowsAsync<CroftException>(() => EnsureAsync(url))).Message);
    }

    Task<StoredImage> EnsureAsync(Uri url, string? checksum = null, Uri? list = null) =>
        store.EnsureAsync(new UrlImage("cloud", url, checksum, list, null), progress, Cancel);

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }
}
