namespace Croft.Images;

/// <summary>Which bytes an image of the catalogue is.</summary>
/// <param name="Url">The publisher's address of them, dated where the publisher dates it.</param>
/// <param name="Digest">Of the file at that address, such as <c>sha256:hex</c>.</param>
public sealed record Pinned(string Url, string Digest);
