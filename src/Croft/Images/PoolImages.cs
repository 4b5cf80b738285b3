using Croft.Engines;
using Croft.Journal;

namespace Croft.Images;

/// <summary>
/// Puts images into a hypervisor's pool. A mark, made last, says that a copy is whole. A file without it is of a controller that died, or of one at work;
/// which, nobody can tell, as libvirt lets everybody write and delete. So all write: what goes under the name of one copy are the same bytes, and they do
/// no harm to each other.
/// </summary>
public sealed class PoolImages(IEngine engine, RunJournal journal)
{
    /// <summary>Puts the image there when no copy of it is.</summary>
    /// <param name="progress">Bytes sent so far, of all files.</param>
    /// <returns>The name of the copy that is there.</returns>
    public async Task<string> EnsureAsync(StoredImage image, IProgress<long>? progress, CancellationToken cancel)
    {
        var mark = Volumes.ImageMark(image.Copy);
        var made = new List<string>();
        try
        {
            while (true)
            {
                if (await FindAsync(image, cancel) is { } copy)
                    return copy;
                await engine.DeleteVolumeAsync(mark, cancel); // there, when another failed and took away a file that both had written
                await UploadAsync(image, made, progress, cancel);
                await engine.CreateFileAsync(mark, cancel);
            }
        }
        catch
        {
            if (!await engine.PoolHasAsync(mark, CancellationToken.None))
                await Task.WhenAll(made.Select(volume => engine.DeleteVolumeAsync(volume, CancellationToken.None)));
            throw;
        }
    }

    /// <summary>A whole copy of the image; null when there is none.</summary>
    async Task<string?> FindAsync(StoredImage image, CancellationToken cancel)
    {
        var volumes = (await engine.ListVolumesAsync(cancel)).ToHashSet(StringComparer.Ordinal);
        return volumes.Select(Volumes.MarkedCopy).OfType<string>()
            .Where(copy => copy.StartsWith(StoredImage.CopiesOf(image.Id), StringComparison.Ordinal) && Files(image).All(file => volumes.Contains(Volumes.Image(copy, file))))
            .Min(StringComparer.Ordinal);
    }

    /// <param name="made">Takes the volumes that were made.</param>
    async Task UploadAsync(StoredImage image, List<string> made, IProgress<long>? progress, CancellationToken cancel)
    {
        var sent = 0L;
        foreach (var name in Files(image))
        {
            var volume = Volumes.Image(image.Copy, name);
            journal.Intent("create", "volume", volume, engine.Name);
            await using var content = File.OpenRead(Path.Combine(image.Directory, name));
            if (await engine.CreateFileAsync(volume, content.Length, cancel))
                made.Add(volume);
            await engine.OverwriteAsync(volume, content, new Progress(progress, sent), cancel);
            sent += content.Length;
        }
    }

    static IEnumerable<string> Files(StoredImage image) => new[] { image.Disk, image.Kernel, image.EfiKernel, image.Initrd }.OfType<string>().Distinct();

    /// <summary>Removes a copy, or all of an image, from a hypervisor's pool unless a disk there stands on one. True when they are gone.</summary>
    /// <param name="copies">The copy, or <see cref="StoredImage.CopiesOf"/> the image.</param>
    public static async Task<bool> RemoveAsync(IEngine engine, string copies, CancellationToken cancel)
    {
        var files = await engine.DiskFilesAsync(null, cancel);
        var own = files.Names.Where(v => v.StartsWith(Volumes.Image(copies, ""), StringComparison.Ordinal)).ToList();
        if (own.Any(v => files.On(v).Any()))
            return false;
        foreach (var volume in own.OrderBy(v => Volumes.MarkedCopy(v) is null))
            await engine.DeleteVolumeAsync(volume, cancel);
        return true;
    }

    sealed class Progress(IProgress<long>? outer, long before) : IProgress<long>
    {
        public void Report(long value) => outer?.Report(before + value);
    }
}
