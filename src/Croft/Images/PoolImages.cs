using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Journal;
using Croft.Tools;

namespace Croft.Images;

/// <summary>
/// Puts images into a hypervisor's pool, each once. A mark, made last, says that an image is whole. While somebody uploads a file libvirt refuses to
/// delete it; so a file without mark that can be deleted was left by a controller that died, and is made again.
/// </summary>
public sealed class PoolImages(LibvirtEngine engine, RunJournal journal)
{
    /// <summary>Puts the image there when it is not.</summary>
    /// <param name="progress">Bytes sent so far, of all files.</param>
    public async Task EnsureAsync(StoredImage image, IProgress<long>? progress, CancellationToken cancel)
    {
        var mark = Volumes.ImageMark(image.Id);
        var present = (await engine.ListVolumesAsync(cancel)).ToHashSet(StringComparer.Ordinal);
        if (present.Contains(mark))
            return;
        var made = new List<string>();
        try
        {
            await UploadAsync(image, mark, made, progress, cancel);
        }
        catch
        {
            foreach (var volume in made)
                await engine.TryDeleteVolumeAsync(volume, CancellationToken.None);
            throw;
        }
    }

    /// <param name="made">Takes the volumes that were made.</param>
    async Task UploadAsync(StoredImage image, string mark, List<string> made, IProgress<long>? progress, CancellationToken cancel)
    {
        var sent = 0L;
        foreach (var name in new[] { image.Disk, image.Kernel, image.Initrd }.OfType<string>())
        {
            var volume = Volumes.Image(image.Id, name);
            journal.Intent("create", "volume", volume, engine.Name);
            while (true)
            {
                await using var content = File.OpenRead(Path.Combine(image.Directory, name));
                if (await engine.UploadAsync(volume, content, new Progress(progress, sent), cancel))
                {
                    made.Add(volume);
                    break;
                }

                if (await engine.PoolHasAsync(mark, cancel))
                    return;
                if (!await engine.TryDeleteVolumeAsync(volume, cancel))
                    await Poll.DelayAsync(TimeSpan.FromSeconds(1), cancel);
            }

            sent += image.Files[name];
        }

        await engine.CreateFileAsync(mark, cancel);
    }

    /// <summary>Removes an image from a hypervisor's pool unless a disk there stands on it. True when it is gone.</summary>
    public static async Task<bool> RemoveAsync(LibvirtEngine engine, string id, CancellationToken cancel)
    {
        var files = await engine.DiskFilesAsync(cancel);
        var own = files.Names.Where(v => v.StartsWith(Volumes.Image(id, ""), StringComparison.Ordinal)).ToList();
        if (own.Any(v => files.On(v).Any()))
            return false;
        foreach (var volume in own.OrderBy(v => v != Volumes.ImageMark(id)))
            await engine.DeleteVolumeAsync(volume, cancel);
        return true;
    }

    sealed class Progress(IProgress<long>? outer, long before) : IProgress<long>
    {
        public void Report(long value) => outer?.Report(before + value);
    }
}
