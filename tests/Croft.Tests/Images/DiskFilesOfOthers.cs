using System.Security.Cryptography;
using System.Text;
using Croft.Farms;
using Croft.Images;
using Croft.Tools;

namespace Croft.Tests.Images;

public sealed class DiskFilesOfOthers : IDisposable
{
    readonly TempFolder folder = new();
    readonly ImageStore store;

    public DiskFilesOfOthers() => store = new ImageStore(folder["store"], TimeProvider.System);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("xz")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("bzip2")]
    public async Task AreUnpackedWhateverTheyAreCalled(string packer)
    {
        var disk = RawDisk.Make();
        disk.AsSpan(4096, 512 << 10).Clear();
        await WriteAsync("packed.qcow2", await PackAsync(packer, disk));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(disk)), (await EnsureAsync("packed.qcow2")).Id);
    }

    public static TheoryData<string, string, byte[]> NoDisks =>
        new()
        {
            { "a.zip", "is a zip archive, not a disk", [.. "PK\x03\x04"u8, .. RawDisk.Make(4096)] },
            { "a.tar", "is a tar archive, not a disk", Put(new byte[10240], 257, "ustar") },
            { "live.iso", "is a CD image (ISO 9660), not a disk", Put(RawDisk.Make(65536), 0x8001, "CD001") },
            {
                "failed.qcow2",
                "is a web page (HTML), not a disk",
                Encoding.ASCII.GetBytes("\n<!DOCTYPE html>\n<title>404</title>".PadRight(2048))
            },
            { "noise.img", "is not a disk that boots", RandomNumberGenerator.GetBytes(400) },
            { "zeros.raw", "is not a disk that boots", new byte[4096] },
        };

    [Theory]
    [MemberData(nameof(NoDisks), DisableDiscoveryEnumeration = true)]
    public async Task AreRefusedByWhatTheyAre(string name, string what, byte[] content)
    {
        await WriteAsync(name, content);
        Assert.StartsWith($"image \"theirs\": {folder[name]} {what}", (await RefusedAsync(name)).Message);
        await WriteAsync(name + ".gz", await PackAsync("gzip", content));
        Assert.StartsWith($"image \"theirs\": {folder[name]}.gz, unpacked, {what}", (await RefusedAsync(name + ".gz")).Message);
    }

    [Fact]
    public async Task ThatArePackedTwiceOrCutOffAreRefused()
    {
        var packed = await PackAsync("xz", RawDisk.Make());
        await WriteAsync("cut.xz", packed[..(packed.Length / 2)]);
        var cut = await RefusedAsync("cut.xz");
        Assert.Contains($"unpacking image \"theirs\": {folder["cut.xz"]}: xz ended with exit code 1", cut.Message);
        await WriteAsync("twice.gz", await PackAsync("gzip", packed));
        Assert.Contains("is packed twice (xz), not a disk", (await RefusedAsync("twice.gz")).Message);
    }

    [Fact]
    public async Task AreTakenWithoutABootSectorWhenDeclaredRaw()
    {
        await WriteAsync("zeros.raw", new byte[4096]);
        Assert.Contains("write format: raw", (await RefusedAsync("zeros.raw")).Hint);
        Assert.Equal(
            4096,
            (
                await store.EnsureAsync(new FileImage("theirs", folder["zeros.raw"], null, null) { Format = "raw" }, new Recorder(), Cancel)
            ).DiskSize
        );
    }

    [Fact]
    public async Task AreWhatTheyAreDeclaredToBe()
    {
        await WriteAsync("disk.raw", RawDisk.Make(4096));
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            store.EnsureAsync(new FileImage("theirs", folder["disk.raw"], null, null) { Format = "qcow2" }, new Recorder(), Cancel)
        );
        Assert.Equal($"image \"theirs\": {folder["disk.raw"]} is raw, not qcow2 as declared", error.Message);
    }

    [Fact]
    public async Task ThatNeedOthersComeWithACommandThatMakesThemWhole()
    {
        await WriteAsync("base.raw", RawDisk.Make());
        await QemuImgAsync("create", "-q", "-f", "qcow2", "-F", "raw", "-b", "base.raw", folder["it's backed.qcow2"]);
        await PastedAsync("it's backed.qcow2", "needs a backing file; an image must stand alone");
    }

    [Theory]
    [InlineData("vmdk")]
    [InlineData("vmdk", "subformat=streamOptimized")]
    [InlineData("vdi")]
    [InlineData("vpc")]
    [InlineData("vhdx")]
    public async Task OfOtherFormatsAreTaken(string format, string options = "")
    {
        await WriteAsync("base.raw", RawDisk.Make());
        await QemuImgAsync([
            "convert",
            "-O",
            format,
            .. options.Length > 0 ? ["-o", options] : Array.Empty<string>(),
            folder["base.raw"],
            folder["disk"],
        ]);
        var image = await EnsureAsync("disk");
        Assert.InRange(image.DiskSize, 1 << 20, 2 << 20);
        await QemuImgAsync("convert", "-O", "raw", image.DiskPath, folder["back.raw"]);
        Assert.Equal(
            await File.ReadAllBytesAsync(folder["base.raw"], Cancel),
            (await File.ReadAllBytesAsync(folder["back.raw"], Cancel))[..(1 << 20)]
        );
    }

    [Fact]
    public async Task ThatOnlyNameTheFilesOfADiskAreRefused()
    {
        await WriteAsync("base.raw", RawDisk.Make());
        await QemuImgAsync("convert", "-O", "vmdk", "-o", "subformat=monolithicFlat", folder["base.raw"], folder["flat.vmdk"]);
        await PastedAsync("flat.vmdk", "only names the files of a VMware disk; an image must stand alone");
    }

    /// <summary>The refusal names the user's own file, and what its hint says makes an image that is taken.</summary>
    async Task PastedAsync(string name, string what)
    {
        var error = await RefusedAsync(name);
        Assert.Equal($"image \"theirs\": {folder[name]} {what}", error.Message);
        Assert.DoesNotContain("temporary", error.Hint);
        var command = error.Hint!.Replace("if you trust it: ", "", StringComparison.Ordinal).Split(", then write file: ");
        await new Tool("sh", "-c", command[0]).RunCheckedAsync("pasting", Cancel);
        Assert.Equal(folder[name] + ".whole.qcow2", command[1]);
        Assert.Equal(1 << 20, (await EnsureAsync(name + ".whole.qcow2")).DiskSize);
    }

    static byte[] Put(byte[] content, int at, string text)
    {
        Encoding.ASCII.GetBytes(text).CopyTo(content, at);
        return content;
    }

    async Task<byte[]> PackAsync(string packer, byte[] content)
    {
        await WriteAsync("plain", content);
        await new Tool("sh", "-c", $"{packer} -c <plain >packed") { Directory = folder.Path }.RunCheckedAsync("packing", Cancel);
        return await File.ReadAllBytesAsync(folder["packed"], Cancel);
    }

    Task WriteAsync(string name, byte[] content) => File.WriteAllBytesAsync(folder[name], content, Cancel);

    Task<StoredImage> EnsureAsync(string name) =>
        store.EnsureAsync(new FileImage("theirs", folder[name], null, null), new Recorder(), Cancel);

    async Task<CroftException> RefusedAsync(string name)
    {
        var error = await Assert.ThrowsAsync<CroftException>(() => EnsureAsync(name));
        Assert.Empty(Directory.GetFileSystemEntries(folder["store/temporary"]));
        return error;
    }

    static Task<string> QemuImgAsync(params string[] arguments) => new Tool("qemu-img", arguments).RunCheckedAsync("making a disk", Cancel);

    public void Dispose() => folder.Dispose();
}
