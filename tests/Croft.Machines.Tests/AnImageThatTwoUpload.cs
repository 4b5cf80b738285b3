using System.Collections.Immutable;
using System.Security.Cryptography;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Images;
using Croft.Journal;

namespace Croft.Machines.Tests;

/// <summary>Two controllers whose pool has nothing of an image, each with a connection of its own.</summary>
public sealed class AnImageThatTwoUpload : IAsyncLifetime
{
    const int Mebibyte = 1 << 20;

    readonly Lab lab = new("twoup");
    readonly byte[] disk = RandomNumberGenerator.GetBytes(4 * Mebibyte);
    readonly byte[] kernel = RandomNumberGenerator.GetBytes(2 * Mebibyte);
    readonly StoredImage image;

    public AnImageThatTwoUpload()
    {
        File.WriteAllBytes(Path.Combine(lab.Folder, "disk"), disk);
        File.WriteAllBytes(Path.Combine(lab.Folder, "kernel"), kernel);
        var id = Convert.ToHexStringLower(SHA256.HashData(disk));
        image = new()
        {
            Id = id,
            Name = "twoup",
            Kind = ImageKind.Built,
            Source = "a test",
            Disk = "disk",
            DiskSize = disk.Length,
            Kernel = "kernel",
            Files = ImmutableSortedDictionary<string, long>.Empty,
            Created = DateTimeOffset.UnixEpoch,
            Directory = lab.Folder,
            Copy = ImageFiles.CopiesOf(id) + ".1",
        };
    }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        using (var engine = await ConnectAsync())
            await engine.RemoveAsync(new Leftover("", LeftoverKind.Image, image.Id, 0, ""), CancellationToken.None);
        await lab.DisposeAsync();
    }

    [Fact]
    public async Task IsWholeForTheOneThatIsDoneFirst()
    {
        Pause inKernel = new(5 * Mebibyte),
            inDisk = new(2 * Mebibyte);
        var first = UploadAsync(inKernel, Cancel);
        await inKernel.Reached;
        var second = UploadAsync(inDisk, Cancel);
        await inDisk.Reached;
        inKernel.End();
        await AssertWholeAsync(await first);
        inDisk.End();
        await AssertWholeAsync(await second);
    }

    [Fact]
    public async Task IsWholeForTheSecondWhenTheFirstGivesUp()
    {
        Pause inKernel = new(5 * Mebibyte),
            inDisk = new(2 * Mebibyte);
        using var stop = new CancellationTokenSource();
        var first = UploadAsync(inKernel, stop.Token);
        await inKernel.Reached;
        var second = UploadAsync(inDisk, Cancel);
        await inDisk.Reached;
        await stop.CancelAsync();
        inKernel.End();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        inDisk.End();
        await AssertWholeAsync(await second);
    }

    async Task<string> UploadAsync(Pause pause, CancellationToken cancel)
    {
        using var engine = await ConnectAsync();
        using var journal = RunJournal.Create(Path.Combine(lab.Folder, Guid.NewGuid().ToString()), TimeProvider.System);
        return (await engine.EnsureImageAsync(image.ForEngines, journal, pause, cancel)).Copy;
    }

    async Task AssertWholeAsync(string copy)
    {
        using var engine = await ConnectAsync();
        Assert.Equal(disk, await engine.Host.DownloadAsync(Volumes.Image(copy, "disk"), 0, Cancel));
        Assert.Equal(kernel, await engine.Host.DownloadAsync(Volumes.Image(copy, "kernel"), 0, Cancel));
    }

    async Task<LibvirtEngine> ConnectAsync() =>
        new(
            await LibvirtHost.ConnectAsync("local", "qemu:///system", lab.Folder, TimeSpan.FromMinutes(1), CancellationToken.None),
            Seed.WriteIsoAsync
        );

    /// <summary>Holds an upload up when it has sent so many bytes.</summary>
    sealed class Pause(long at) : IProgress<long>
    {
        readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource end = new();

        public Task Reached => reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public void Report(long value)
        {
            if (value < at)
                return;
            reached.TrySetResult();
            end.Task.GetAwaiter().GetResult();
        }

        public void End() => end.SetResult();
    }
}
