namespace Croft.Images;

/// <summary>What is kept beside an unfinished download, so that it can go on only if the server's file is still the same.</summary>
/// <param name="Address">Where the file came from.</param>
/// <param name="Validator">Its strong ETag or modification time, as the server wrote it; null when the server gives neither.</param>
sealed record DownloadState(string Address, string? Validator)
{
    /// <summary>Its bytes in all, as the server told them; null when it told nothing, so that an end may be a broken connection.</summary>
    public long? Length { get; init; }

    /// <summary>What the server packed it by on the way, unasked; it was unpacked when it came.</summary>
    public string? Packing { get; init; }
}
