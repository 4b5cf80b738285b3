using System.Security.Cryptography;
using Croft.Farms;
using Croft.Images;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Images;

public sealed class StoreOfImages : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly Recorder progress = new();
    readonly ImageStore store;

    public StoreOfImages() => store = new ImageStore(folder["store"], TimeProvider.System);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TakesARawFileInAsQcow2NamedByItsDigest()
    {
        var spec = await RawAsync("disk.raw");
        var image = await store.EnsureAsync(spec, progress, Cancel);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(spec.File, Cancel))), image.Id);
        Assert.Equal("qcow2", (await DiskFile.ProbeAsync(image.DiskPath, "it", ImageCures.None, Cancel)).Format);
        Assert.Equal(1 << 20, image.DiskSize);
        Assert.Null(image.Kernel);
        Assert.Equal(image, Assert.Single(store.List()), Same);
    }

    [Fact]
    public async Task FindsAnImageAgainWithoutWork()
    {
        var spec = await RawAsync("disk.raw");
        Assert.Null(store.Find(spec));
        var image = await store.EnsureAsync(spec, progress, Cancel);
        Assert.Equal(image.Id, new ImageStore(folder["store"], TimeProvider.System).Find(spec)!.Id);
    }

    [Fact]
    public async Task DoesNotFindAFileThatChanged()
    {
        var spec = await RawAsync("disk.raw");
        var before = await store.EnsureAsync(spec, progress, Cancel);
        await File.AppendAllTextAsync(spec.File, new string('x', 512), Cancel);
        Assert.Null(store.Find(spec));
        Assert.NotEqual(before.Id, (await store.EnsureAsync(spec, progress, Cancel)).Id);
    }

    [Fact]
    public async Task MakesTwoRequestsAtOnceOneImage()
    {
        var spec = await RawAsync("disk.raw");
        var images = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => store.EnsureAsync(spec, progress, Cancel))));
        Assert.Single(images.Select(image => image.Id).Distinct());
        Assert.Single(progress.Seen, step => step.Phase == "copying");
    }

    [Fact]
    public async Task MakesFilesOfOneContentOneImageThoughTheyAreTakenAtOnce()
    {
        var spec = await RawAsync("disk.raw");
        var copies = Enumerable.Range(0, 12).Select(i => spec with { File = folder[$"copy-{i}.raw"] }).ToList();
        foreach (var copy in copies)
            File.Copy(spec.File, copy.File);
        var images = await Task.WhenAll(copies.Select(copy => Task.Run(() => store.EnsureAsync(copy, progress, Cancel))));
        Assert.Single(images.Select(image => image.Id).Distinct());
    }

    [Fact]
    public async Task WaitsForAnotherProcessAndSaysSo()
    {
        var spec = await RawAsync("disk.raw");
        await store.EnsureAsync(spec, progress, Cancel);
        var file = Path.Combine(folder["store/locks"], Path.GetFileName(Directory.GetFiles(folder["store/recipes"]).Single()));
        store.Forget(spec);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var ready = new TaskCompletionSource();
        var other = new Tool("flock", file, "sh", "-c", "echo held; sleep 1") { Line = _ => ready.SetResult() }.RunAsync(stop.Token);
        await ready.Task;
        await store.EnsureAsync(spec, progress, Cancel);
        Assert.True(other.IsCompleted);
        Assert.Contains(progress.Seen, step => step.Phase == $"waiting for process {Environment.ProcessId}, which is making this image");
    }

    [Fact]
    public async Task RemovesWhatDeadMakersLeft()
    {
        var spec = await RawAsync("disk.raw");
        await store.EnsureAsync(spec, progress, Cancel);
        var key = Path.GetFileName(Directory.GetFiles(folder["store/recipes"]).Single());
        store.Forget(spec);
        Directory.CreateDirectory(folder[$"store/temporary/{key}-dead/image"]);
        Directory.CreateDirectory(folder["store/temporary/0123-dead/image"]);
        Directory.CreateDirectory(folder["store/temporary/4567-alive"]);
        using var alive = FileLock.TryEnter(folder["store/locks/4567"]);
        await store.EnsureAsync(spec, progress, Cancel);
        Assert.Equal([folder["store/temporary/4567-alive"]], Directory.GetDirectories(folder["store/temporary"]));
    }

    [Theory]
    [InlineData("image.json", "{")]
    [InlineData("image.json", "{}")]
    [InlineData("root.qcow2", "")]
    public async Task MakesADamagedImageAgain(string file, string content)
    {
        var spec = await RawAsync("disk.raw");
        var image = await store.EnsureAsync(spec, progress, Cancel);
        await File.WriteAllTextAsync(Path.Combine(image.Directory, file), content, Cancel);
        Assert.Null(store.Find(spec));
        Assert.Empty(store.List());
        var again = await store.EnsureAsync(spec, progress, Cancel);
        Assert.Equal(image.Id, again.Id);
        Assert.True(new FileInfo(again.DiskPath).Length > 0);
    }

    [Fact]
    public async Task RemovesAnImage()
    {
        var spec = await RawAsync("disk.raw");
        var image = await store.EnsureAsync(spec, progress, Cancel);
        Assert.True(store.Remove(image.Id));
        Assert.Null(store.Find(spec));
        Assert.Empty(store.List());
        Assert.False(store.Remove(image.Id));
        Assert.False(store.Remove("../.."));
    }

    [Fact]
    public async Task ListsAnImageUnderAllNamesThatAskedForIt()
    {
        var spec = await RawAsync("disk.raw");
        var image = await store.EnsureAsync(spec, progress, Cancel);
        File.Copy(spec.File, folder["copy.raw"]);
        Assert.Equal(image.Id, (await store.EnsureAsync(new FileImage("deb12", folder["copy.raw"], null, null), progress, Cancel)).Id);
        Assert.Equal(["deb12", "mine"], Assert.Single(store.List()).Names);
    }

    [Fact]
    public async Task NotesTheLastUse()
    {
        var image = await store.EnsureAsync(await RawAsync("disk.raw"), progress, Cancel);
        File.SetLastWriteTimeUtc(Path.Combine(image.Directory, "image.json"), DateTime.UnixEpoch);
        Assert.Equal(DateTimeOffset.UnixEpoch, store.List().Single().LastUsed);
        store.Touch(image.Id);
        Assert.True(store.List().Single().LastUsed > DateTimeOffset.UtcNow.AddMinutes(-1));
    }

    [Fact]
    public async Task RefusesAFileWithAnotherChecksum()
    {
        var spec = await RawAsync("disk.raw") with { Sha256 = new string('0', 64) };
        var error = await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(spec, progress, Cancel));
        Assert.Contains($"expected sha256:{new string('0', 64)}, got sha256:", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder["store/temporary"]));
        Assert.Empty(store.List());
    }

    [Fact]
    public async Task RefusesABackingFile()
    {
        await File.WriteAllTextAsync(folder["secret"], new string('s', 65536), Cancel);
        await QemuImgAsync("create", "-q", "-f", "qcow2", "-F", "raw", "-b", folder["secret"], folder["evil.qcow2"]);
        Assert.Contains("backing file", (await RefusedAsync("evil.qcow2")).Message);
    }

    [Fact]
    public async Task RefusesADataFile()
    {
        await QemuImgAsync(
            "create",
            "-q",
            "-f",
            "qcow2",
            "-o",
            $"data_file={folder["data.raw"]},data_file_raw=on",
            folder["evil.qcow2"],
            "1M"
        );
        Assert.Contains("another file", (await RefusedAsync("evil.qcow2")).Message);
    }

    [Fact]
    public async Task RefusesOtherFormats()
    {
        await QemuImgAsync("create", "-q", "-f", "qed", folder["disk.qed"], "1M");
        Assert.Contains("qed", (await RefusedAsync("disk.qed")).Message.Replace("disk.qed", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SaysThatThereIsNoFile() =>
        Assert.Contains($"there is no file {folder["none"]}", (await RefusedAsync("none")).Message);

    [Fact]
    public void GivesRecipesThatFollowWhatIsAsked()
    {
        var image = new BuiltImage("debian_12", "bookworm", ImageFlavour.Micro, "x86_64", [], null, null);
        Assert.Equal(GuestBuild.Recipe(image), GuestBuild.Recipe(image with { Name = "other" }));
        string[] recipes =
        [
            GuestBuild.Recipe(image),
            GuestBuild.Recipe(image with { Suite = "trixie" }),
            GuestBuild.Recipe(image with { Flavour = ImageFlavour.Systemd }),
            GuestBuild.Recipe(image with { Arch = "aarch64" }),
            GuestBuild.Recipe(image with { Packages = ["git"] }),
            GuestBuild.Recipe(image with { Mirror = "http://mirror.example/debian" }),
        ];
        Assert.Equal(recipes.Length, recipes.Distinct().Count());
    }

    [Fact]
    public async Task KeepsTheLogOfABuildThatFailed()
    {
        var spec = new BuiltImage("nothing", "no-such-suite", ImageFlavour.Micro, "x86_64", [], "http://127.0.0.1:9/debian", null);
        var error = await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(spec, progress, Cancel));
        Assert.Equal(FaultKind.World, error.Kind);
        Assert.Contains("image \"nothing\" (amd64) could not be built", error.Message);
        var log = Assert.Single(Directory.GetFiles(folder["store/logs"]));
        Assert.Contains(log, error.Hint);
        Assert.Empty(Directory.GetFileSystemEntries(folder["store/temporary"]));
    }

    static bool Same(StoredImage one, StoredImage other) =>
        one.Id == other.Id && one.Files.SequenceEqual(other.Files) && one.Directory == other.Directory;

    async Task<CroftException> RefusedAsync(string file)
    {
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            store.EnsureAsync(new FileImage("evil", folder[file], null, null), progress, Cancel)
        );
        Assert.Empty(store.List());
        return error;
    }

    static Task<string> QemuImgAsync(params string[] arguments) => new Tool("qemu-img", arguments).RunCheckedAsync("making a disk", Cancel);

    async Task<FileImage> RawAsync(string name)
    {
        await File.WriteAllBytesAsync(folder[name], RawDisk.Make(), Cancel);
        return new FileImage("mine", folder[name], null, null);
    }

    public void Dispose() => folder.Dispose();
}
