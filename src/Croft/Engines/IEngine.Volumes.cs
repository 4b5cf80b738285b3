using System.Collections.Immutable;

namespace Croft.Engines;

/// <summary>Files of Croft's pool.</summary>
public partial interface IEngine
{
    /// <summary>Makes an overlay on another volume of the pool.</summary>
    /// <param name="size">Bytes the guest sees; null is the backing volume's own.</param>
    /// <returns>False when a volume of that name exists; it is then left alone.</returns>
    Task<bool> CreateOverlayAsync(string name, string backing, long? size, CancellationToken cancel);

    /// <summary>Makes an empty disk. False when a volume of that name exists.</summary>
    Task<bool> CreateDiskAsync(string name, long size, CancellationToken cancel);

    /// <summary>Makes an empty file that libvirt or QEMU writes to. False when a volume of that name exists.</summary>
    Task<bool> CreateFileAsync(string name, CancellationToken cancel);

    /// <summary>Makes a file of so many zeros. False when a volume of that name exists.</summary>
    Task<bool> CreateFileAsync(string name, long size, CancellationToken cancel);

    /// <summary>Puts a file into the pool. False when a volume of that name exists.</summary>
    /// <param name="progress">Bytes sent so far.</param>
    Task<bool> UploadAsync(string name, Stream content, IProgress<long>? progress, CancellationToken cancel);

    /// <summary>Writes a file over what is in a volume. False when there is none of that name, any more.</summary>
    /// <param name="progress">Bytes sent so far.</param>
    Task<bool> OverwriteAsync(string name, Stream content, IProgress<long>? progress, CancellationToken cancel);

    /// <summary>Reads a volume from an offset to its end; null when there is none of that name.</summary>
    /// <param name="offset">A negative one counts from the end.</param>
    Task<byte[]?> DownloadAsync(string name, long offset, CancellationToken cancel);

    /// <summary>Whether a volume of that name exists.</summary>
    Task<bool> PoolHasAsync(string name, CancellationToken cancel);

    /// <summary>Names of all volumes of the pool.</summary>
    Task<IReadOnlyList<string>> ListVolumesAsync(CancellationToken cancel);

    /// <summary>Files of the pool and networks that definitions of machines name, stored or running, Croft's and others.</summary>
    Task<ImmutableHashSet<string>> UsedAsync(CancellationToken cancel);

    /// <summary>All files of the pool, and what stands on what, as the files themselves say it.</summary>
    /// <param name="sized">
    /// What the names of files begin with of which it must be known how large they are and when they were written to; null for none. It is one call for each; disks,
    /// which may stand on others, are asked in any case.
    /// </param>
    Task<DiskFiles> DiskFilesAsync(string? sized, CancellationToken cancel);

    /// <summary>Has libvirt look at the pool's files again: something else than libvirt changed one.</summary>
    Task LookAgainAsync(CancellationToken cancel);

    /// <summary>A volume's path when the hypervisor is this host and this user may open the file; null otherwise.</summary>
    string? LocalPathOf(string volume);

    /// <summary>Removes a volume; true when it was there.</summary>
    Task<bool> DeleteVolumeAsync(string name, CancellationToken cancel);
}
