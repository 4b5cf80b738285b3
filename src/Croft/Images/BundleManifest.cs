using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Croft.Images;

/// <summary>What a bundle holds; its first file.</summary>
/// <param name="Version">Of the form.</param>
sealed record BundleManifest(int Version, ImmutableArray<BundledImage> Images)
{
    /// <summary>The form that this Croft writes and reads.</summary>
    public const int Current = 1;

    /// <summary>Its name in the bundle.</summary>
    public const string FileName = "croft-bundle.json";
}

/// <summary>An image in a bundle.</summary>
/// <param name="Recipe">What it was asked for by, as the store knows it.</param>
/// <param name="Name">The name it was asked for under.</param>
/// <param name="Digests">SHA-256 of each of its files.</param>
/// <param name="LockKey">Its key in croft.lock; null when it has none.</param>
/// <param name="Pinned">What it is pinned to; null as well.</param>
sealed record BundledImage(
    string Recipe,
    string Name,
    StoredImage Image,
    ImmutableSortedDictionary<string, string> Digests,
    string? LockKey,
    Pinned? Pinned
)
{
    /// <summary>Whether Croft could have written it: what is in it becomes names of files, and text of croft.lock.</summary>
    [JsonIgnore]
    public bool IsSound =>
        Name is { Length: > 0 }
        && ImageStore.IsId(Recipe ?? "")
        && Digests is not null
        && Image is { Disk: not null }
        && ImageStore.IsId(Image.Id)
        && ((string?[])[Image.Disk, Image.Kernel, Image.EfiKernel, Image.Initrd, Image.Metadata]).All(file =>
            file is null || Digests.ContainsKey(file)
        )
        && (LockKey is null || Pinned is null || ImageLock.IsEntry(LockKey, Pinned));
}
