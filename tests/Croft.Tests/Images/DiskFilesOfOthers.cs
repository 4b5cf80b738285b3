using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Croft.Farms;
using Croft.Images;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Images;

public sealed class DiskFilesOfOthers : IDisposable
{
    readonly TemporaryFolder folder = new();
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
            { "a.zip", "is a zip archive that is damaged or cut off", [.. "PK\x03\x04"u8, .. RawDisk.Make(4096)] },
            { "a.7z", "is a 7z archive, not a disk", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, .. RawDisk.Make(4096)] },
            { "live.iso", "is a CD image (ISO 9660), not a disk", Put(RawDisk.Make(65536), 0x8001, "CD001") },
            {
                "failed.qcow2",
                "is a web page (HTML), not a disk",
                Encoding.ASCII.GetBytes("\n<!DOCTYPE html>\n<title>404</title>".PadRight(2048))
            },
            { "a.lzma", "is an lzma archive, not a disk", [0x5D, 0, 0, 0x80, 0, 0xFF, 0xFF] },
            { "error.img", "is a text, not a disk", [.. "{\"error\": \"not found\"}\n"u8] },
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

    [Theory]
    [InlineData("zip -q packed disk.img notes.txt && mv packed.zip packed")]
    [InlineData("tar -cf packed notes.txt disk.img")]
    [InlineData("tar -cJf packed disk.img notes.txt")]
    [InlineData("gzip -k disk.img && tar --zstd -cf packed disk.img.gz")]
    [InlineData("mkdir -p a/b && cp disk.img a/b && tar -S -cjf packed a notes.txt")]
    public async Task AreFoundInArchives(string packing)
    {
        var disk = RawDisk.Make();
        disk.AsSpan(4096, 512 << 10).Clear();
        await WriteAsync("disk.img", disk);
        await WriteAsync("notes.txt", "nothing of interest"u8.ToArray());
        await ShellAsync(packing);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(disk)), (await EnsureAsync("packed")).Id);
    }

    [Fact]
    public async Task AreFoundInAppliances()
    {
        await WriteAsync("disk.img", RawDisk.Make());
        await WriteAsync("vm.ovf", "<?xml version=\"1.0\"?><Envelope/>"u8.ToArray());
        await ShellAsync(
            "qemu-img convert -O vmdk -o subformat=streamOptimized disk.img vm-disk1.vmdk && tar --format=ustar -cf vm.ova vm.ovf vm-disk1.vmdk"
        );
        Assert.Equal(1 << 20, (await EnsureAsync("vm.ova")).DiskSize);
    }

    [Fact]
    public async Task AreOneInAnArchive()
    {
        await WriteAsync("one.img", RawDisk.Make(4096));
        await WriteAsync("two.img", RawDisk.Make(4096));
        await ShellAsync(
            "tar -cJf both one.img two.img && rm two.img && zip -q none.zip plain || echo hello >hello && zip -q none.zip hello"
        );
        var both = await RefusedAsync("both");
        Assert.Equal($"image \"theirs\": {folder["both"]}, unpacked, is a tar archive with 2 disks: one.img, two.img", both.Message);
        var command = both.Hint!.Split("meant: ")[1].Split(", then write file: ");
        await ShellAsync(command[0].Replace("one.img", "two.img", StringComparison.Ordinal));
        Assert.Equal(4096, (await EnsureAsync("two.img")).DiskSize);
        Assert.Equal(
            $"image \"theirs\": {folder["none.zip"]} is a zip archive without a disk in it: hello",
            (await RefusedAsync("none.zip")).Message
        );
    }

    [Theory]
    [InlineData("qcow2", "compat=0.10")]
    [InlineData("qcow2", "compression_type=zstd,extended_l2=on,cluster_size=128k")]
    [InlineData("qcow", "")]
    [InlineData("vpc", "subformat=fixed,force_size=on")]
    public async Task OfEveryVersionAreTaken(string format, string options)
    {
        await WriteAsync("base.raw", RawDisk.Make());
        await ConvertAsync(format, options);
        Assert.Equal(1 << 20, (await EnsureAsync("disk")).DiskSize);
    }

    [Theory]
    [InlineData("qcow2", "", "is cut off: it has ")]
    [InlineData("vmdk", "", "is cut off: it has ")]
    [InlineData("vdi", "", "is cut off: it has ")]
    [InlineData("vpc", "", "The image has been truncated")]
    [InlineData("vhdx", "", "has probably been truncated")]
    [InlineData("vmdk", "subformat=streamOptimized", "error while reading")]
    public async Task ThatAreCutOffAreRefused(string format, string options, string reason)
    {
        await WriteAsync("base.raw", RawDisk.Make(4 << 20));
        await ConvertAsync(format, options);
        var whole = await File.ReadAllBytesAsync(folder["disk"], Cancel);
        await WriteAsync("disk", whole[..(whole.Length / 2)]);
        var error = await RefusedAsync("disk");
        Assert.Contains(reason, error.Message);
        Assert.Contains("sha256sum", error.Hint);
    }

    [Theory]
    [InlineData("xz", "Unexpected end of input")]
    [InlineData("gzip", "unexpected end of file")]
    [InlineData("zstd", "premature end")]
    [InlineData("bzip2", "Compressed file ends unexpectedly")]
    public async Task ThatArePackedAndCutOffAreRefused(string packer, string reason)
    {
        var packed = await PackAsync(packer, RandomNumberGenerator.GetBytes(1 << 20));
        await WriteAsync("packed", packed[..(packed.Length / 2)]);
        var error = await RefusedAsync("packed");
        Assert.Contains(reason, error.Message);
        Assert.Contains("sha256sum", error.Hint);
    }

    [Fact]
    public async Task WhosePartitionsGoOnBehindTheirEndAreRefused()
    {
        var disk = RawDisk.Make();
        disk.AsSpan(446, 64).Clear();
        (disk[450], disk[456], disk[458]) = (0x83, 8, 64); // from sector 8 on, 65536 * 64 of them
        await WriteAsync("disk.raw", disk);
        var error = await RefusedAsync("disk.raw");
        Assert.Contains("is cut off: it has 1048576 bytes, and its partitions go on to ", error.Message);
        Assert.Contains("sha256sum", error.Hint);
    }

    [Theory]
    [InlineData("qcow2", "encrypt.format=luks,encrypt.key-secret=it,encrypt.iter-time=10")]
    [InlineData("luks", "key-secret=it,iter-time=10")]
    public async Task ThatAreEncryptedComeWithACommandThatOpensThem(string format, string options)
    {
        await WriteAsync("base.raw", RawDisk.Make());
        await WriteAsync("passphrase", "open sesame"u8.ToArray());
        // qemu-img measures how fast its hashes are, and gives up where that took no time by the host's clock.
        await ShellAsync(
            $"for _ in $(seq 20); do qemu-img create -q --object secret,id=it,file=passphrase -f {format} -o {options} 'it, locked' 1M && break; done && "
                + $"qemu-img convert -n --object secret,id=it,file=passphrase --target-image-opts base.raw driver={format},{(format == "luks" ? "" : "encrypt.")}key-secret=it,file.driver=file,file.filename=it,,\\ locked"
        );
        var error = await RefusedAsync("it, locked");
        Assert.Contains("encrypted", error.Message);
        var command = error.Hint!.Split("then: ")[1].Split(", then write file: ");
        await ShellAsync(command[0]);
        Assert.Equal(1 << 20, (await EnsureAsync("it, locked.whole.qcow2")).DiskSize);
    }

    [Fact]
    public async Task ThatAreCdsAreForTheDrive()
    {
        await WriteAsync("live.iso", Put(RawDisk.Make(65536), 0x8001, "CD001"));
        Assert.Equal($"to boot from it, write cdrom: {folder["live.iso"]} in place of image:", (await RefusedAsync("live.iso")).Hint);
        var disc = new FileImage("theirs", folder["live.iso"], null, null) { IsDisc = true };
        Assert.Equal(
            ("disc.iso", 65536),
            (await store.EnsureAsync(disc, new Recorder(), Cancel)) is var it ? (it.Disk, it.DiskSize) : default
        );
        await WriteAsync("disk.raw", RawDisk.Make());
        await ShellAsync("tar -cf both disk.raw live.iso");
        Assert.Equal("disc.iso", (await store.EnsureAsync(disc with { File = folder["both"] }, new Recorder(), Cancel)).Disk);
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            store.EnsureAsync(disc with { File = folder["disk.raw"] }, new Recorder(), Cancel)
        );
        Assert.Contains("is no CD image", error.Message);
        Assert.Equal("write a disk under image:", error.Hint);
    }

    [Fact]
    public async Task ThatArePackedTwiceOrCutOffAreRefused()
    {
        var packed = await PackAsync("xz", RawDisk.Make());
        await WriteAsync("cut.xz", packed[..(packed.Length / 2)]);
        var cut = await RefusedAsync("cut.xz");
        Assert.Contains($"unpacking image \"theirs\": {folder["cut.xz"]}: xz ended with exit code 1", cut.Message);
        Assert.Equal($"copy or fetch it again, and compare: sha256sum {folder["cut.xz"]}", cut.Hint);
        await WriteAsync("twice.gz", await PackAsync("gzip", packed));
        var twice = await RefusedAsync("twice.gz");
        Assert.Contains("is packed twice (xz), not a disk", twice.Message);
        Assert.StartsWith($"gzip -dc {folder["twice.gz"]} | xz -dc >", twice.Hint);
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
        await EnsureAsync("disk.raw"); // which does not decide about another declaration
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            store.EnsureAsync(new FileImage("theirs", folder["disk.raw"], null, null) { Format = "qcow2" }, new Recorder(), Cancel)
        );
        Assert.Equal($"image \"theirs\": {folder["disk.raw"]} is raw, not qcow2 as declared", error.Message);
        await QemuImgAsync("convert", "-O", "vdi", folder["disk.raw"], folder["disk.vdi"]);
        error = await Assert.ThrowsAsync<CroftException>(() =>
            store.EnsureAsync(new FileImage("theirs", folder["disk.vdi"], null, null) { Format = "raw" }, new Recorder(), Cancel)
        );
        Assert.Equal(
            ($"image \"theirs\": {folder["disk.vdi"]} is vdi, not raw as declared", "write format: vdi, or leave it out"),
            (error.Message, error.Hint)
        );
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
        await ConvertAsync(format, options);
        var image = await EnsureAsync("disk");
        Assert.InRange(image.DiskSize, 1 << 20, 2 << 20);
        await QemuImgAsync("convert", "-O", "raw", image.DiskPath, folder["back.raw"]);
        Assert.Equal(
            await File.ReadAllBytesAsync(folder["base.raw"], Cancel),
            (await File.ReadAllBytesAsync(folder["back.raw"], Cancel))[..(1 << 20)]
        );
    }

    /// <summary>QEMU reads such a disk as one of fixed size, and takes its tables for the guest's data.</summary>
    [Fact]
    public async Task ThatHoldOnlyWhatDiffersFromAnotherAreRefused()
    {
        await WriteAsync("base.raw", RawDisk.Make());
        await ConvertAsync("vpc", "");
        var vhd = await File.ReadAllBytesAsync(folder["disk"], Cancel);
        foreach (var at in (int[])[0, vhd.Length - 512])
        {
            vhd[at + 63] = 4;
            vhd.AsSpan(at + 64, 4).Clear();
            BinaryPrimitives.WriteInt32BigEndian(vhd.AsSpan(at + 64), ~vhd.AsSpan(at, 512).ToArray().Sum(b => b));
        }

        await WriteAsync("disk", vhd);
        Assert.Contains("is a VHD that needs its parent; an image must stand alone", (await RefusedAsync("disk")).Message);
    }

    [Theory]
    [InlineData("cat disk.img | zstd -q --zstd=windowLog=28 >packed")] // its window is larger than zstd takes by itself
    [InlineData("(printf '\\x50\\x2a\\x4d\\x18\\x02\\x00\\x00\\x00ab'; zstd -q -c disk.img) >packed")] // as pzstd begins
    public async Task PackedByZstdInAnyWayAreTaken(string packing)
    {
        var disk = RawDisk.Make();
        await WriteAsync("disk.img", disk);
        await ShellAsync(packing);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(disk)), (await EnsureAsync("packed")).Id);
    }

    [Fact]
    public async Task InAZipOfAnotherKindComeWithAProgramThatOpensIt()
    {
        await WriteAsync("disk.img", RawDisk.Make());
        await ShellAsync("zip -q -P secret packed.zip disk.img");
        var error = await RefusedAsync("packed.zip");
        Assert.Contains("is a zip archive that is encrypted, or packed in a way that Croft does not know", error.Message);
        Assert.StartsWith($"7z x {folder["packed.zip"]}, ", error.Hint);
    }

    [Theory]
    [InlineData("SHA256", true)]
    [InlineData("SHA1", true)]
    [InlineData("SHA256", false)]
    [InlineData("SHA1", false)]
    public async Task AreComparedWithTheirAppliancesManifest(string algorithm, bool isRight)
    {
        await WriteAsync("disk.img", RawDisk.Make());
        await WriteAsync("vm.ovf", "<?xml version=\"1.0\"?><Envelope/>"u8.ToArray());
        await ShellAsync(
            "qemu-img convert -O vmdk -o subformat=streamOptimized disk.img d.vmdk && "
                + $"echo \"{algorithm}(d.vmdk)= $({algorithm.ToLowerInvariant()}sum <{(isRight ? "d.vmdk" : "vm.ovf")} | cut -d' ' -f1)\" >vm.mf && "
                + "tar --format=ustar -cf vm.ova vm.ovf vm.mf d.vmdk"
        );
        if (isRight)
            Assert.Equal(1 << 20, (await EnsureAsync("vm.ova")).DiskSize);
        else
            Assert.Contains($"is damaged: its vm.mf says that the {algorithm} of d.vmdk is ", (await RefusedAsync("vm.ova")).Message);
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

    Task<string> ConvertAsync(string format, string options) =>
        QemuImgAsync([
            "convert",
            "-O",
            format,
            .. options.Length > 0 ? ["-o", options] : Array.Empty<string>(),
            folder["base.raw"],
            folder["disk"],
        ]);

    Task<string> ShellAsync(string command) =>
        new Tool("bash", "-c", command) { Directory = folder.Path }.RunCheckedAsync("making files", Cancel);

    static Task<string> QemuImgAsync(params string[] arguments) => new Tool("qemu-img", arguments).RunCheckedAsync("making a disk", Cancel);

    public void Dispose() => folder.Dispose();
}
