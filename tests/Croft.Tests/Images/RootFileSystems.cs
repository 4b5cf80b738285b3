using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Croft.Farms;
using Croft.Images;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Images;

/// <summary>Root file systems of containers, from servers of simplestreams and as files.</summary>
public sealed class RootFileSystems : IDisposable
{
    const string At = "images/debian/bookworm/amd64/cloud";

    readonly TemporaryFolder folder = new();
    readonly FileServer server = new();
    readonly SortedDictionary<string, string> versions = new(StringComparer.Ordinal);
    readonly byte[] root = Archive("etc/hostname", "bin/sh", "usr/bin/env");
    readonly byte[] metadata = Archive("metadata.yaml");
    readonly List<string> told = [];
    readonly ImageStore store;

    public RootFileSystems() =>
        store = new(folder["store"], TimeProvider.System)
        {
            Lock = new ImageLock(folder[FarmFile.LockName], false),
            NewDownload = Hasty,
            Tell = told.Add,
        };

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Download Hasty(HttpClient client) => new(client, TimeProvider.System) { Backoff = TimeSpan.FromMilliseconds(1) };

    [Fact]
    public async Task AreFoundByAliasNewestFirstAndPinned()
    {
        Publish("20260101_05:24", [1]);
        Publish("20260203_05:24", root);
        var image = await store.EnsureAsync(Image("images:debian/12/cloud"), new Recorder(), Cancel);
        Assert.Equal(Combined(root), image.Id);
        Assert.Equal(("root", "metadata"), (image.Disk, image.Metadata));
        var pin = store.Lock!.Find(Image("images_debian_bookworm_cloud"));
        Assert.Null(pin); // another alias is another name
        pin = store.Lock.Find(Image("images:debian/12/cloud"))!;
        Assert.EndsWith($"{At}/20260203_05:24/rootfs.tar.xz", pin.Url, StringComparison.Ordinal);
        Assert.EndsWith($"{At}/20260203_05:24/lxd.tar.xz", pin.Metadata, StringComparison.Ordinal);
        Publish("20260304_05:24", [2]);
        Assert.Equal(image.Id, (await store.EnsureAsync(Image("images:debian/12/cloud"), new Recorder(), Cancel)).Id);
    }

    [Theory]
    [InlineData("rootfs.tar.xz")]
    [InlineData("lxd.tar.xz")]
    public async Task AreRefusedWhenAPartIsAnother(string part)
    {
        Publish("20260203_05:24", root);
        server.Files[$"/{At}/20260203_05:24/{part}"] = [.. root, 1];
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            store.EnsureAsync(Image("images:debian/12/cloud"), new Recorder(), Cancel)
        );
        Assert.Contains("has the wrong checksum", error.Message, StringComparison.Ordinal);
        Assert.Empty(store.List());
    }

    [Fact]
    public async Task ThatNobodyHasAreRefusedByName()
    {
        Publish("20260203_05:24", root);
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            store.EnsureAsync(Image("images:debian/12/clod"), new Recorder(), Cancel)
        );
        Assert.Contains("has no such container for x86_64", error.Message, StringComparison.Ordinal);
        Assert.Contains("debian/12/cloud", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfFilesGetMetadataWhereTheyHaveNone()
    {
        var bare = await store.EnsureAsync(File("bare.tar", root), new Recorder(), Cancel);
        Assert.Equal("metadata", bare.Metadata);
        var written = await System.IO.File.ReadAllTextAsync(Path.Combine(bare.Directory, "metadata"), Cancel);
        Assert.Contains("architecture: x86_64", written, StringComparison.Ordinal);
        Assert.Contains("/var/lib/cloud/seed/nocloud/user-data", written, StringComparison.Ordinal);
        var whole = await store.EnsureAsync(File("whole.tar", Archive("metadata.yaml", "rootfs/etc/hostname")), new Recorder(), Cancel);
        Assert.Null(whole.Metadata);
        var beside = File("split.tar", root) with { Metadata = folder["meta.tar"] };
        await System.IO.File.WriteAllBytesAsync(beside.Metadata!, metadata, Cancel);
        Assert.Equal(Combined(root), (await store.EnsureAsync(beside, new Recorder(), Cancel)).Id);
    }

    [Fact]
    public async Task AreVouchedForByHttpsAloneWhereNobodyNamesAKeyAndThatIsSaid()
    {
        Publish("20260203_05:24", root);
        await store.EnsureAsync(Image("images:debian/12/cloud"), new Recorder(), Cancel);
        Assert.Contains(told, text => text.Contains("no signature vouches for", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("index", true)]
    [InlineData("images", true)]
    [InlineData("index", false)]
    [InlineData("images", false)]
    public async Task AreFoundInListsThatAreSignedWhereAKeyIsNamed(string list, bool isThere)
    {
        Publish("20260203_05:24", root);
        var image = await SignAsync();
        Assert.Equal(Combined(root), (await store.EnsureAsync(image, new Recorder(), Cancel)).Id);
        Assert.Equal([], told);
        System.IO.File.Delete(folder[FarmFile.LockName]);
        var address = $"/streams/v1/{list}.sjson";
        var text = Encoding.UTF8.GetString(server.Files[address]);
        server.Files.TryRemove(address, out _);
        if (isThere)
            Put(address, text.Replace("images", "imagse", StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(image, new Recorder(), Cancel));
        Assert.Contains(
            isThere ? $"{list}.sjson is not signed by " : $"there is no {image.Family.Base}{address[1..]}",
            error.Message,
            StringComparison.Ordinal
        );
    }

    /// <summary>Signs what was published, and names the key.</summary>
    async Task<CatalogueImage> SignAsync()
    {
        await using var signer = await Signer.MakeAsync(folder["signer"]);
        foreach (var list in (string[])["index", "images"])
        {
            await System.IO.File.WriteAllBytesAsync(folder[list], server.Files[$"/streams/v1/{list}.json"], Cancel);
            await signer.RunAsync("--output", folder["signed"], "--clearsign", folder[list]);
            server.Files[$"/streams/v1/{list}.sjson"] = await System.IO.File.ReadAllBytesAsync(folder["signed"], Cancel);
        }

        await signer.RunAsync("--output", folder["key"], "--export");
        server.Files["/key"] = await System.IO.File.ReadAllBytesAsync(folder["key"], Cancel);
        var image = Image("images:debian/12/cloud");
        return image with
        {
            Family = image.Family with { Keys = [new(default, signer.Fingerprint, server.Url("/key").AbsoluteUri, false, false)] },
        };
    }

    [Theory]
    [InlineData("a file", "neither metadata.yaml nor /etc")]
    [InlineData("metadata.yaml", "is metadata alone")]
    [InlineData("metadata.yaml|rootfs.img", "is an image of a virtual machine")]
    [InlineData("", "no root file system|no archive|not a root file system")]
    public async Task OfOtherFilesAreRefused(string inside, string words)
    {
        var file = File("other.tar", inside.Length == 0 ? RawDisk.Make() : Archive(inside.Split('|')));
        var error = await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(file, new Recorder(), Cancel));
        Assert.Matches(words, error.Message);
    }

    FileImage File(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(folder[name], content);
        return new(name, folder[name], null, null) { Container = "x86_64" };
    }

    CatalogueImage Image(string name)
    {
        var (family, version, variant) = Catalogue.Find(name, [])!.Value;
        return new(name, family, version, variant, "x86_64", server.Url("").AbsoluteUri, null, null);
    }

    string Combined(byte[] content) => Convert.ToHexStringLower(SHA256.HashData([.. metadata, .. content]));

    void Publish(string version, byte[] content)
    {
        server.Files[$"/{At}/{version}/lxd.tar.xz"] = metadata;
        server.Files[$"/{At}/{version}/rootfs.tar.xz"] = content;
        versions[
            version
        ] = $$"""
            { "items": {
              "lxd.tar.xz": { "ftype": "lxd.tar.xz", "path": "{{At}}/{{version}}/lxd.tar.xz", "combined_rootxz_sha256": "{{Combined(
                content
            )}}" },
              "root.tar.xz": { "ftype": "root.tar.xz", "path": "{{At}}/{{version}}/rootfs.tar.xz" } } }
            """;
        var all = string.Join(",\n", versions.Select(v => $"\"{v.Key}\": {v.Value}"));
        Put(
            "/streams/v1/index.json",
            """{ "format": "index:1.0", "index": { "images": { "datatype": "image-downloads", "path": "streams/v1/images.json" } } }"""
        );
        Put(
            "/streams/v1/images.json",
            $$"""
            { "products": {
              "debian:bookworm:arm64:cloud": { "aliases": "debian/12/cloud", "arch": "arm64", "versions": {} },
              "debian:bookworm:amd64:cloud": { "aliases": "debian/12/cloud,debian/bookworm/cloud", "arch": "amd64", "versions": { {{all}} } } } }
            """
        );
    }

    void Put(string path, string text) => server.Files[path] = Encoding.UTF8.GetBytes(text);

    static byte[] Archive(params string[] names)
    {
        using var stream = new MemoryStream();
        using (var archive = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var name in names)
            {
                using var data = new MemoryStream([65]);
                archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = data });
            }
        }

        return stream.ToArray();
    }

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }
}
