using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Croft.Farms;
using Croft.Images;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Images;

public sealed class FetchedImages : IDisposable
{
    readonly TemporaryFolder folder = new();
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
    public async Task ThatAreAPageOfSomebodyElseAreCalledSo()
    {
        var url = server.Put("/disk.raw", "<html><title>Please log in</title></html>"u8.ToArray());
        var error = await Assert.ThrowsAsync<CroftException>(() => EnsureAsync(url, $"sha256:{Digest}"));
        Assert.EndsWith("; what came is a web page (HTML)", error.Message);
        Assert.Equal($"curl -sL {url} | head -c 600 shows it", error.Hint);
    }

    [Fact]
    public async Task ThatWantALoginComeWithACommandThatHasOne()
    {
        var url = server.Put("/disk.raw", disk);
        server.Fails = _ => 401;
        var error = await Assert.ThrowsAsync<CroftException>(() => EnsureAsync(url, $"sha256:{Digest}"));
        Assert.EndsWith("the server answered 401 No", error.Message);
        Assert.Contains($"curl -L -u NAME -O {url}, and write file: PATH", error.Hint);
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MayComeByFtpAndGoOnWhereTheyStopped(bool knowsEpsv)
    {
        using var ftp = new FtpServer { KnowsEpsv = knowsEpsv, CutAfter = n => n == 1 ? 1 << 19 : null };
        ftp.Files["/pub/disk.raw"] = disk;
        ftp.Files["/pub/SHA256SUMS"] = Encoding.ASCII.GetBytes($"{Digest}  disk.raw\n");
        Assert.Equal(Digest, (await EnsureAsync(ftp.Url("/pub/disk.raw"), list: ftp.Url("/pub/SHA256SUMS"))).Id);
        Assert.Contains(1L << 19, ftp.Transfers);
        var error = await Assert.ThrowsAsync<CroftException>(() => EnsureAsync(ftp.Url("/pub/none.raw"), $"sha256:{Digest}"));
        Assert.Contains("/pub/none.raw: the server answered 550 no such file", error.Message);
    }

    [Fact]
    public async Task ThatArePackedAndBreakOffAreUnpackedFromThePartsThatCame()
    {
        await File.WriteAllBytesAsync(folder["disk.raw"], disk, Cancel);
        await new Tool("xz", "-k", folder["disk.raw"]).RunCheckedAsync("packing", Cancel);
        var url = server.Put("/disk.raw.xz", await File.ReadAllBytesAsync(folder["disk.raw.xz"], Cancel));
        server.CutAfter = n => n < 2 ? 300_000 : null;
        Assert.Equal(Digest, (await EnsureAsync(url)).Id);
        Assert.Equal(3, server.Count("/disk.raw.xz"));
    }

    [Fact]
    public async Task ThatAreReplacedWhileTheyComeAreUnpackedFromTheNewOne()
    {
        await File.WriteAllBytesAsync(folder["disk.raw"], disk, Cancel);
        await new Tool("xz", "-k", folder["disk.raw"]).RunCheckedAsync("packing", Cancel);
        var url = server.Put("/disk.raw.xz", await File.ReadAllBytesAsync(folder["disk.raw.xz"], Cancel));
        var good = server.Files["/disk.raw.xz"];
        server.Files["/disk.raw.xz"] = [.. good[..1000], .. RandomNumberGenerator.GetBytes(good.Length)];
        server.ETag = n => n == 0 ? "\"old\"" : "\"new\"";
        server.CutAfter = n =>
        {
            var cut = n == 0 ? 500_000 : (int?)null;
            server.Files["/disk.raw.xz"] = good;
            return cut;
        };
        Assert.Equal(Digest, (await EnsureAsync(url)).Id);
    }

    [Fact]
    public async Task ThatAreBrokenAreRefusedForTheirChecksumFirst()
    {
        await File.WriteAllBytesAsync(folder["disk.raw"], disk, Cancel);
        await new Tool("xz", "-k", folder["disk.raw"]).RunCheckedAsync("packing", Cancel);
        var packed = await File.ReadAllBytesAsync(folder["disk.raw.xz"], Cancel);
        var url = server.Put("/disk.raw.xz", packed);
        server.Files["/disk.raw.xz"] = [.. packed[..1000], .. new byte[packed.Length]];
        Assert.Contains("has the wrong checksum", (await Assert.ThrowsAsync<CroftException>(() => EnsureAsync(url))).Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder["store/downloads"]));
    }

    [Fact]
    public async Task WhoseConnectionBrokeUnseenAreFetchedOnceMoreAndThenSaidToBeCutOffPerhaps()
    {
        var url = server.Put("/disk.raw", disk);
        server.Framing = "X-No: length";
        server.CutAfter = n => n == 0 ? 300_000 : null;
        Assert.Equal(Digest, (await EnsureAsync(url, $"sha256:{Digest}")).Id);
        store.Remove(Digest);
        server.CutAfter = _ => 300_000;
        var error = await Assert.ThrowsAsync<CroftException>(() => EnsureAsync(url, $"sha256:{Digest}"));
        Assert.EndsWith(
            "; 300000 bytes came, twice, and the server does not say how many there are: the connection may have broken off",
            error.Message
        );
        Assert.StartsWith("try again, or fetch it by curl -L -O http", error.Hint);
        (server.Framing, server.IgnoresRange) = ("Transfer-Encoding: chunked", true);
        server.Files["/disk.raw"] = [.. "100000\r\n"u8, .. disk[..1000]];
        error = await Assert.ThrowsAsync<CroftException>(() => EnsureAsync(url, $"sha256:{Digest}"));
        Assert.Contains("ended prematurely", error.Message);
    }

    [Theory]
    [InlineData("gzip", "/disk.raw")]
    [InlineData("x-gzip", "/disk.raw.gz")]
    public async Task ThatTheServerPacksUnaskedAreUnpackedUnlessTheFileIsPackedSo(string says, string path)
    {
        using var packed = new MemoryStream();
        await using (var packing = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await packing.WriteAsync(disk, Cancel);
        server.Framing = $"Content-Encoding: {says}\r\nContent-Length: {packed.Length}";
        var url = server.Put(path, packed.ToArray());
        var sent = Convert.ToHexStringLower(SHA256.HashData(packed.ToArray()));
        var own = path.EndsWith(".gz", StringComparison.Ordinal);
        Assert.Equal(Digest, (await EnsureAsync(url, $"sha256:{(own ? sent : Digest)}")).Id);
        if (own)
            return;
        store.Remove(Digest);
        var error = await Assert.ThrowsAsync<CroftException>(() => EnsureAsync(url, $"sha256:{sent}"));
        Assert.EndsWith("; the server packed it by gzip on the way, unasked, and Croft unpacked it", error.Message);
        Assert.StartsWith("if the file itself is packed so, fetch it by curl -L -O http", error.Hint);
    }

    [Fact]
    public async Task TravelInABundle()
    {
        var url = server.Put("/disk.raw", disk);
        var spec = new UrlImage("cloud", url, null, null, null);
        await EnsureAsync(url);
        Assert.Equal(["cloud"], await store.BundleAsync([spec, spec], folder["all.bundle"], Cancel));
        server.Files.Clear();
        var other = new ImageStore(folder["other"], TimeProvider.System);
        Assert.Equal(["cloud"], await other.UnbundleAsync(folder["all.bundle"], Cancel));
        Assert.Equal(Digest, (await other.EnsureAsync(spec, progress, Cancel)).Id);
        Assert.Equal(["cloud"], await other.UnbundleAsync(folder["all.bundle"], Cancel));
        Assert.Empty(Directory.GetFileSystemEntries(folder["other/temporary"]));
    }

    [Fact]
    public async Task TakeNoDevicesPlace()
    {
        File.CreateSymbolicLink(folder["out"], "/dev/null");
        var refusal = await Assert.ThrowsAsync<CroftException>(() => store.BundleAsync([], folder["out"], Cancel));
        Assert.Contains("is a device, not a file", refusal.Message);
        Assert.NotNull(File.ResolveLinkTarget(folder["out"], returnFinalTarget: false));
    }

    /// <summary>What a bundle says becomes names of files, and text of croft.lock.</summary>
    [Theory]
    [InlineData("recipe", "\"../../../evil\"")]
    [InlineData("lockKey", "\"a: b\\n  c/d\"")]
    [InlineData("pinned", "{ \"url\": \"http://x/\\n  y: z\", \"digest\": \"sha256:00\" }")]
    [InlineData("image", "null")]
    [InlineData("disk", "\"/etc/passwd\"")]
    [InlineData("kernel", "\"../../../../boot/vmlinuz\"")]
    public async Task OfABundleThatIsHostileAreNotTaken(string key, string value)
    {
        var url = server.Put("/disk.raw", disk);
        await EnsureAsync(url);
        await store.BundleAsync([new UrlImage("cloud", url, null, null, null)], folder["all.bundle"], Cancel);
        await using (var from = File.OpenRead(folder["all.bundle"]))
        await using (var to = File.Create(folder["hostile"]))
        await using (var reader = new TarReader(from))
        await using (var writer = new TarWriter(to))
        {
            var list = JsonNode.Parse((await reader.GetNextEntryAsync(copyData: true, Cancel))!.DataStream!)!;
            var image = list["images"]![0]!;
            image["lockKey"] = "f_1/x86_64";
            image["pinned"] = JsonNode.Parse($"{{ \"url\": \"http://x/y\", \"digest\": \"sha256:{new string('0', 64)}\" }}");
            (key is "disk" or "kernel" ? image["image"]! : image)[key] = JsonNode.Parse(value);
            using var text = new MemoryStream(Encoding.UTF8.GetBytes(list.ToJsonString()));
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "croft-bundle.json") { DataStream = text }, Cancel);
            while (await reader.GetNextEntryAsync(copyData: true, Cancel) is { } entry)
                await writer.WriteEntryAsync(entry, Cancel);
        }

        var other = new ImageStore(folder["other"], TimeProvider.System) { Lock = new(folder["croft.lock"], false) };
        var error = await Assert.ThrowsAsync<CroftException>(() => other.UnbundleAsync(folder["hostile"], Cancel));
        Assert.Contains("has an image that Croft did not write, cloud", error.Message);
        Assert.Empty(other.List());
        Assert.False(File.Exists(folder["croft.lock"]) || File.Exists(folder["evil"]));
    }

    [Theory]
    [InlineData(700_000, "has not the digest")]
    [InlineData(-700_000, "has not the digest")]
    [InlineData(0, "is no bundle of images")]
    public async Task OfABundleThatIsDamagedAreNotTaken(int at, string reason)
    {
        var url = server.Put("/disk.raw", disk);
        await EnsureAsync(url);
        await store.BundleAsync([new UrlImage("cloud", url, null, null, null)], folder["all.bundle"], Cancel);
        var bytes = await File.ReadAllBytesAsync(folder["all.bundle"], Cancel);
        if (at < 0)
            bytes = bytes[..-at];
        else if (at == 0)
            bytes = new byte[10240];
        else
            bytes[at] ^= 1;
        await File.WriteAllBytesAsync(folder["all.bundle"], bytes, Cancel);
        var other = new ImageStore(folder["other"], TimeProvider.System);
        await File.WriteAllTextAsync(folder["stranger"], "farm: f\n" + new string('x', 600), Cancel);
        Assert.EndsWith(
            "stranger is no whole bundle of images: it ends too early, or is something else",
            (await Assert.ThrowsAsync<CroftException>(() => other.UnbundleAsync(folder["stranger"], Cancel))).Message
        );
        var error = await Assert.ThrowsAsync<CroftException>(() => other.UnbundleAsync(folder["all.bundle"], Cancel));
        Assert.Contains(reason, error.Message);
        Assert.Empty(other.List());
        Assert.Empty(Directory.GetFileSystemEntries(folder["other/temporary"]));
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
