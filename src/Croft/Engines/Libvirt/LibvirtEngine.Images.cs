using System.Collections.Immutable;
using Croft.Journal;

namespace Croft.Engines.Libvirt;

/// <summary>
/// Copies of images in the pool. A mark, made last, says that one is whole. A file without it is of a controller that died, or of one at
/// work;
/// which, nobody can tell, as libvirt lets everybody write and delete. So all write: what goes under the name of one copy are the same
/// bytes, and they do
/// no harm to each other.
/// </summary>
sealed partial class LibvirtEngine
{
    public async Task<ImageFiles> EnsureImageAsync(
        ImageFiles image,
        RunJournal journal,
        IProgress<long>? progress,
        CancellationToken cancel
    )
    {
        var mark = Volumes.ImageMark(image.Copy);
        var made = new List<string>();
        try
        {
            while (true)
            {
                if (await FindCopyAsync(image, cancel) is { } copy)
                    return image with { Copy = copy };
                await host.DeleteVolumeAsync(mark, cancel); // there, when another failed and took away a file that both had written
                await UploadAsync(image, made, journal, progress, cancel);
                await host.CreateFileAsync(mark, cancel);
            }
        }
        catch
        {
            if (!(await host.ListVolumesAsync(CancellationToken.None)).Contains(mark))
                await Task.WhenAll(made.Select(volume => host.DeleteVolumeAsync(volume, CancellationToken.None)));
            throw;
        }
    }

    /// <summary>A whole copy of the image; null when there is none.</summary>
    async Task<string?> FindCopyAsync(ImageFiles image, CancellationToken cancel)
    {
        var volumes = (await host.ListVolumesAsync(cancel)).ToHashSet(StringComparer.Ordinal);
        return volumes
            .Select(Volumes.MarkedCopy)
            .OfType<string>()
            .Where(copy =>
                copy.StartsWith(ImageFiles.CopiesOf(image.Id), StringComparison.Ordinal)
                && image.Names.All(file => volumes.Contains(Volumes.Image(copy, file)))
            )
            .Min(StringComparer.Ordinal);
    }

    /// <param name="made">Takes the volumes that were made.</param>
    async Task UploadAsync(ImageFiles image, List<string> made, RunJournal journal, IProgress<long>? progress, CancellationToken cancel)
    {
        var sent = 0L;
        foreach (var name in image.Names)
        {
            var volume = Volumes.Image(image.Copy, name);
            journal.Intent("create", "volume", volume, Name);
            await using var content = File.OpenRead(Path.Combine(image.Directory, name));
            if (await host.CreateFileAsync(volume, content.Length, cancel))
            {
                made.Add(volume);
                await host.RequireRoomAsync(volume, content.Length, cancel);
            }

            await host.OverwriteAsync(volume, content, new UploadProgress(progress, sent), cancel);
            sent += content.Length;
        }
    }

    public async Task<ImmutableArray<Leftover>> UnusedImagesAsync(
        IReadOnlyCollection<string> own,
        DateTimeOffset before,
        CancellationToken cancel
    )
    {
        var files = await host.DiskFilesAsync("image.", cancel);
        var used = await host.UsersAsync(cancel); // a CD is under no disk
        return
        [
            .. from copy in files.Names.Select(Volumes.MarkedCopy).OfType<string>().Order(StringComparer.Ordinal)
            where !own.Any(id => copy.StartsWith(ImageFiles.CopiesOf(id), StringComparison.Ordinal))
            let volumes = files.Names.Where(v => v.StartsWith(Volumes.Image(copy, ""), StringComparison.Ordinal)).ToList()
            where volumes.All(v => files.Changed(v) < before && !files.On(v).Any() && !used.Contains(v))
            select new Leftover(
                Name,
                LeftoverKind.Copy,
                copy,
                volumes.Sum(files.Size),
                "this user has no such image, and no machine stands on it"
            ),
        ];
    }

    /// <param name="copies">One, or the beginning of all of an image.</param>
    async Task<bool> RemoveCopiesAsync(string copies, CancellationToken cancel)
    {
        var files = await host.DiskFilesAsync(null, cancel);
        var own = files.Names.Where(v => v.StartsWith(Volumes.Image(copies, ""), StringComparison.Ordinal)).ToList();
        var used = await host.UsersAsync(cancel);
        if (own.Any(v => files.On(v).Any() || used.Contains(v)))
            return false;
        foreach (var volume in own.OrderBy(v => Volumes.MarkedCopy(v) is null))
            await host.DeleteVolumeAsync(volume, cancel);
        return true;
    }

    sealed class UploadProgress(IProgress<long>? outer, long before) : IProgress<long>
    {
        public void Report(long value) => outer?.Report(before + value);
    }
}
