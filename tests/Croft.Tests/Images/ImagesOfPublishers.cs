using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Croft.Farms;
using Croft.Images;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Images;

public sealed partial class ImagesOfPublishers : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly FileServer server = new();
    readonly byte[] disk = RawDisk.Make();
    readonly List<string> told = [];
    readonly ImageStore store;
    string? mirror;

    public ImagesOfPublishers() => store = StoreWith(isFrozen: false);

    public static TheoryData<string, string> All => [.. Publishers.All.Keys.Select(key => (key.Name, key.Arch))];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    string LockFile => folder[FarmFile.LockName];

    [Theory]
    [MemberData(nameof(All))]
    public async Task AreFoundVerifiedAndPinned(string name, string arch)
    {
        var path = server.Put((name, arch), disk);
        var image = await store.EnsureAsync(Image(name, arch), new Recorder(), Cancel);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(disk)), image.Id);
        Assert.Equal(Publishers.All[(name, arch)].Url, store.Lock!.Find(Image(name, arch))!.Url);
        Assert.Equal(1, server.Count(path));
        Assert.Equal(image.Id, store.Find(Image(name, arch))!.Id);
    }

    [Fact]
    public void OfEveryFamilyAndPlaceAreTried()
    {
        var tried = Publishers.All.Keys.Select(key => Image(key.Name, key.Arch)).ToList();
        Assert.Equal(
            [],
            Catalogue.Families.Select(f => f.Name).Except(tried.Select(i => i.Family.Name)).Except(["images", "virtualsquare"])
        );
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task WithAWrongChecksumAreRefused(string name, string arch)
    {
        server.Files[server.Put((name, arch), disk)] = [.. disk, 1];
        var error = await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(Image(name, arch), new Recorder(), Cancel));
        Assert.Contains("has the wrong checksum", error.Message);
        Assert.False(File.Exists(LockFile));
        Assert.Empty(store.List());
    }

    [Fact]
    public async Task ThatAreCutOffGoOn()
    {
        var path = server.Put(("f", "x86_64"), disk);
        server.CutAfter = n => n == 0 && server.Count(path) > 0 ? 1000 : null;
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(disk)),
            (await store.EnsureAsync(Image("f", "x86_64"), new Recorder(), Cancel)).Id
        );
    }

    [Fact]
    public async Task ThatStallAreGivenUpByName()
    {
        var path = server.Put(("arch", "x86_64"), disk);
        server.Stalls = true;
        server.CutAfter = n => server.Count(path) > 0 ? 0 : null;
        Assert.Contains(
            "not a byte came",
            (await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(Image("arch", "x86_64"), new Recorder(), Cancel))).Message
        );
    }

    [Fact]
    public async Task ThatAreReplacedMeanwhileAreAskedForAnew()
    {
        var path = server.Put(("opensuse156", "x86_64"), disk);
        var sums = server.Files[path + ".sha256"];
        server.Files[path + ".sha256"] = Encoding.ASCII.GetBytes($"{new string('0', 64)} {path[(path.LastIndexOf('/') + 1)..]}\n");
        var watch = new Recorder(step =>
        {
            if (step.Phase == "downloading")
                server.Files[path + ".sha256"] = sums;
        });
        await store.EnsureAsync(Image("opensuse156", "x86_64"), watch, Cancel);
        Assert.Equal(2, server.Count(path));
    }

    [Fact]
    public async Task WhoseListingChangedAreFoundAnew()
    {
        var path = server.Put(("arch", "x86_64"), disk);
        var listing = "/geo.mirror.pkgbuild.com/images/";
        var whole = server.Files[listing];
        var newer = "/geo.mirror.pkgbuild.com/images/v20261120.1/Arch-Linux-x86_64-cloudimg-20261120.1.qcow2";
        server.Files[listing] = Encoding.ASCII.GetBytes("v20261120.1/ v20261115.470001/");
        server.Files[newer + ".SHA256"] = Encoding.ASCII.GetBytes($"{new string('0', 64)}  {newer[(newer.LastIndexOf('/') + 1)..]}\n");
        await store.EnsureAsync(
            Image("arch", "x86_64"),
            new Recorder(step => server.Files[listing] = step.Phase == "asking for the checksum" ? whole : server.Files[listing]),
            Cancel
        );
        Assert.Equal((1, 1), (server.Count(path), server.Count(newer)));
    }

    [Fact]
    public async Task StayWhatTheyWereUntilTheyAreUpdated()
    {
        server.Put(("arch", "x86_64"), disk);
        var image = Image("arch", "x86_64");
        await store.EnsureAsync(image, new Recorder(), Cancel);
        server.Files["/geo.mirror.pkgbuild.com/images/"] = Encoding.ASCII.GetBytes("v20261120.1/");
        server.Files["/geo.mirror.pkgbuild.com/images/v20261120.1/Arch-Linux-x86_64-cloudimg-20261120.1.qcow2.SHA256"] =
            Encoding.ASCII.GetBytes($"{new string('0', 64)}  Arch-Linux-x86_64-cloudimg-20261120.1.qcow2\n");
        var asked = server.Requests.Count;
        await StoreWith(isFrozen: true).EnsureAsync(image, new Recorder(), Cancel);
        Assert.Equal(asked, server.Requests.Count);
        Assert.Contains(
            "--locked",
            (await Assert.ThrowsAsync<CroftException>(() => StoreWith(isFrozen: true).UpdateAsync(image, Cancel))).Message
        );
        var (before, now) = await store.UpdateAsync(image, Cancel);
        Assert.EndsWith("-20261115.470001.qcow2", before!.Url);
        Assert.EndsWith("-20261120.1.qcow2", now.Url);
        Assert.Equal(now, store.Lock!.Find(image));
        Assert.Null(store.Find(image));
    }

    [Fact]
    public async Task ThatAreNotLockedAreRefusedWhereNothingMayMove()
    {
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            StoreWith(isFrozen: true).EnsureAsync(Image("arch", "x86_64"), new Recorder(), Cancel)
        );
        Assert.Equal("--locked: croft.lock does not say which bytes image arch is (archlinux/x86_64)", error.Message);
        Assert.Equal(
            error.Message,
            Assert.Throws<CroftException>(() => StoreWith(isFrozen: true).RefuseUnpinned([Image("arch", "x86_64")])).Message
        );
        store.RefuseUnpinned([Image("arch", "x86_64")]);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task TravelInABundleWithWhatTheyArePinnedTo()
    {
        server.Put(("arch", "x86_64"), disk);
        var image = Image("arch", "x86_64");
        await store.EnsureAsync(image, new Recorder(), Cancel);
        await store.BundleAsync([image], folder["all.bundle"], Cancel);
        var pinned = store.Lock!.Find(image);
        File.Delete(LockFile);
        server.Files.Clear();
        var other = new ImageStore(folder["other"], TimeProvider.System) { Lock = new ImageLock(LockFile, false) };
        await other.UnbundleAsync(folder["all.bundle"], Cancel);
        Assert.Equal(pinned, other.Lock!.Find(image));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(disk)), (await other.EnsureAsync(image, new Recorder(), Cancel)).Id);
    }

    [Fact]
    public void ArePinnedInTheFileThatALinkLeadsTo()
    {
        var real = folder.Write("shared/real.lock", "images: {}\n");
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        File.CreateSymbolicLink(folder["shared/croft.lock"], "real.lock");
        File.CreateSymbolicLink(LockFile, "shared/croft.lock");
        var image = Image("arch", "x86_64");
        store.Lock!.Set(image, new Pinned("https://geo.mirror.pkgbuild.com/images/v1/old.qcow2", $"sha256:{new string('a', 64)}"));
        Assert.Equal("shared/croft.lock", new FileInfo(LockFile).LinkTarget);
        Assert.Contains("v1/old.qcow2", File.ReadAllText(real));
        Assert.True(File.GetUnixFileMode(real).HasFlag(UnixFileMode.GroupWrite));
        Assert.Equal(2, Directory.GetFileSystemEntries(folder["shared"]).Length);
        folder.Write("away/deep/farm.yaml", "");
        var above = folder.Write("away/croft.lock", "images: {}\n");
        File.CreateSymbolicLink(folder["away/deep/croft.lock"], "../croft.lock");
        Directory.CreateSymbolicLink(folder["near"], "away/deep");
        new ImageLock(folder["near/croft.lock"], false).Set(image, store.Lock.Find(image)!);
        Assert.Contains("v1/old.qcow2", File.ReadAllText(above));
        File.Delete(real);
        var error = Assert.Throws<CroftException>(() => store.Lock.Find(image));
        Assert.Equal("croft.lock:1:1: the file cannot be read: it is a link that leads nowhere", error.Message);
        Assert.StartsWith("write a file with images: {} where it leads to", error.Hint);
    }

    [Theory]
    [InlineData("", "nothing is in it, not even the key images")]
    [InlineData("# all of it was lost\n", "nothing is in it, not even the key images")]
    [InlineData("- a\n", "must be a map, not a list")]
    [InlineData("a\n", "must be a map, not a single value")]
    public void AreNotLookedForInALockThatIsNone(string text, string said)
    {
        folder.Write(FarmFile.LockName, text);
        var error = Assert.Throws<CroftException>(() => store.Lock!.Find(Image("arch", "x86_64")));
        Assert.StartsWith($"croft.lock:1:1: {said}", error.Message);
        Assert.StartsWith("mend it, or remove it", error.Hint);
    }

    [Fact]
    public async Task ThatAreGoneFromTheServerAreSaidToBe()
    {
        var image = Image("arch", "x86_64");
        store.Lock!.Set(image, new Pinned("https://geo.mirror.pkgbuild.com/images/v1/old.qcow2", $"sha256:{new string('a', 64)}"));
        var error = await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(image, new Recorder(), Cancel));
        Assert.Contains("what croft.lock names is not there any more", error.Message);
        Assert.StartsWith("croft image update arch", error.Hint);
    }

    [Fact]
    public async Task ThatAreNotWhatTheyArePinnedToAreNotCalledGone()
    {
        server.Put(("arch", "x86_64"), disk);
        var image = Image("arch", "x86_64");
        await store.EnsureAsync(image, new Recorder(), Cancel);
        store.Lock!.Set(image, store.Lock.Find(image)! with { Digest = $"sha256:{new string('0', 64)}" });
        var error = await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(image, new Recorder(), Cancel));
        Assert.StartsWith("image \"arch\": what croft.lock names is another file now: https://geo.mirror.pkgbuild.com/", error.Message);
        Assert.StartsWith("if croft.lock was edited, take that back", error.Hint);
    }

    [Fact]
    public async Task MayComeFromAMirrorOnThisHost()
    {
        var place = folder["mirror/images/v20261115.470001"];
        Directory.CreateDirectory(place);
        await File.WriteAllBytesAsync(Path.Combine(place, "Arch-Linux-x86_64-cloudimg-20261115.470001.qcow2"), disk, Cancel);
        await File.WriteAllTextAsync(
            Path.Combine(place, "Arch-Linux-x86_64-cloudimg-20261115.470001.qcow2.SHA256"),
            Convert.ToHexStringLower(SHA256.HashData(disk)),
            Cancel
        );
        mirror = $"file://{folder["mirror"]}";
        await store.EnsureAsync(Image("arch", "x86_64"), new Recorder(), Cancel);
        Assert.Empty(server.Requests);
        Assert.StartsWith("https://geo.mirror.pkgbuild.com/", store.Lock!.Find(Image("arch", "x86_64"))!.Url);
    }

    [Fact]
    public async Task OfAMirrorThatHasNoChecksumsSayWhatItMustHave()
    {
        var place = folder["mirror/images/v20261115.470001"];
        Directory.CreateDirectory(place);
        await File.WriteAllBytesAsync(Path.Combine(place, "Arch-Linux-x86_64-cloudimg-20261115.470001.qcow2"), disk, Cancel);
        mirror = $"file://{folder["mirror"]}";
        var error = await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(Image("arch", "x86_64"), new Recorder(), Cancel));
        Assert.StartsWith("mirrors: must have the list of checksums too", error.Hint);
    }

    [Fact]
    public async Task OfNoVersionThatThereIsSayWhereCroftLooked()
    {
        server.Put(("f", "x86_64"), disk);
        var error = await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(Image("f99", "x86_64"), new Recorder(), Cancel));
        Assert.Equal(
            "image \"f99\": Fedora Cloud has no 99 for x86_64; there is no https://dl.fedoraproject.org/pub/fedora/linux/releases/99/Cloud/x86_64/images/"
                + "; there is no https://archives.fedoraproject.org/pub/archive/fedora/linux/releases/99/Cloud/x86_64/images/",
            Regex.Replace(error.Message, @" \(by mirrors: http://[^ ]+/releases/99/Cloud/x86_64/images/\)", "")
        );
        Assert.Equal(["9", "44"], await store.VersionsAsync(Image("f", "x86_64"), Cancel));
    }

    [Theory]
    [InlineData("cirros", "by MD5 only")]
    [InlineData("u18.04", "this release has ended")]
    [InlineData("fedora_rawhide", "rawhide is in development")]
    [InlineData("f", "was not verified: there is no key at https://fedoraproject.org/fedora.gpg")]
    [InlineData("u", "has no signature any more")]
    public async Task AreUsedWithANote(string name, string note)
    {
        server.Put((name, "x86_64"), disk);
        await store.EnsureAsync(Image(name, "x86_64"), new Recorder(), Cancel);
        Assert.Contains(told, text => text.Contains(note, StringComparison.Ordinal));
    }

    ImageStore StoreWith(bool isFrozen) =>
        new(folder["store"], TimeProvider.System)
        {
            NewDownload = client => new Download(client, TimeProvider.System)
            {
                Stall = TimeSpan.FromSeconds(0.5),
                Backoff = TimeSpan.FromMilliseconds(5),
            },
            Lock = new ImageLock(LockFile, isFrozen),
            Tell = told.Add,
        };

    CatalogueImage Image(string name, string arch)
    {
        var (family, version, variant) = Catalogue.Find(name, [])!.Value;
        return new CatalogueImage(
            name,
            family,
            version,
            variant.Length > 0 || family.Variants.IsEmpty ? variant : family.Variants[0].Name,
            arch,
            mirror,
            server.Url("/").AbsoluteUri,
            null
        );
    }

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }
}
