namespace Croft.Images;

/// <summary>Which bytes an image of the catalogue is.</summary>
/// <param name="Url">The publisher's address of them, dated where the publisher dates it.</param>
/// <param name="Digest">Of the file at that address, such as <c>sha256:hex</c>; behind its metadata, where that is a file of its own.</param>
public sealed record Pinned(string Url, string Digest)
{
    /// <summary>Of a container's root file system, the address of its metadata; null where it has none of its own.</summary>
    public string? Metadata { get; init; }
}
