using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Croft.Engines;

namespace Croft.Images;

/// <summary>Where an image came from.</summary>
public enum ImageKind
{
    /// <summary>Built from packages.</summary>
    Built,

    /// <summary>A file of this machine.</summary>
    File,

    /// <summary>Fetched.</summary>
    Url,
}

/// <summary>
/// A finished image in the store: read-only files in one folder named by <see cref="Id"/>. It came there in one step, complete, and
/// does not change until it is removed; machines get copies of its files in their hypervisor's pool.
/// </summary>
public sealed record StoredImage
{
    /// <summary>SHA-256, lower case hex. Built: of the recipe and the packages it brought; else of the unpacked disk file.</summary>
    public required string Id { get; init; }

    /// <summary>The name it was first asked for under.</summary>
    public required string Name { get; init; }

    /// <summary>Where it came from.</summary>
    public required ImageKind Kind { get; init; }

    /// <summary>What it was made from, to be shown: suite and flavour, file, or address.</summary>
    public required string Source { get; init; }

    /// <summary>libvirt's name of the architecture; null when the image does not tell.</summary>
    public string? Arch { get; init; }

    /// <summary>File name of the disk, qcow2.</summary>
    public required string Disk { get; init; }

    /// <summary>Size of the disk as the guest sees it, in bytes.</summary>
    public required long DiskSize { get; init; }

    /// <summary>File name of the kernel to load directly; null when the disk boots by firmware.</summary>
    public string? Kernel { get; init; }

    /// <summary>File name of its initramfs.</summary>
    public string? Initrd { get; init; }

    /// <summary>The kernel's command line.</summary>
    public string? KernelArguments { get; init; }

    /// <summary>The device of the guest's console, such as <c>ttyS0</c>.</summary>
    public string? Console { get; init; }

    /// <summary>All files of the image, with their sizes in bytes.</summary>
    public required ImmutableSortedDictionary<string, long> Files { get; init; }

    /// <summary>When it came into the store.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>File name of the kernel that UEFI loads directly; null when the disk boots by firmware.</summary>
    public string? EfiKernel { get; init; }

    /// <summary>Of a container's root file system, file name of its metadata; null where they are one archive.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metadata { get; init; }

    /// <summary>The folder that holds its files.</summary>
    [JsonIgnore]
    public string Directory { get; init; } = "";

    /// <summary>
    /// Names its files in a hypervisor's pool. An image made in another store, or once more in this one, has the same id but not the same
    /// bytes: it is
    /// another copy.
    /// </summary>
    [JsonIgnore]
    public string Copy { get; init; } = "";

    /// <summary>All names that it was asked for under, in order.</summary>
    [JsonIgnore]
    public ImmutableArray<string> Names
    {
        get => field.IsDefault ? [Name] : field;
        init;
    }

    /// <summary>When it was last asked for.</summary>
    [JsonIgnore]
    public DateTimeOffset LastUsed { get; init; }

    /// <summary>As engines take it.</summary>
    internal ImageFiles ForEngines =>
        new(Id, Copy, Directory, Disk, Kernel, EfiKernel, Initrd, KernelArguments) { DiskSize = DiskSize, Metadata = Metadata };

    /// <summary>Full path of the disk.</summary>
    [JsonIgnore]
    public string DiskPath => Path.Combine(Directory, Disk);

    /// <summary>Bytes that it takes on this machine's disk.</summary>
    [JsonIgnore]
    public long Bytes => Files.Values.Sum();
}
