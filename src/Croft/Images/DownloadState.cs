namespace Croft.Images;

/// <summary>What is kept beside an unfinished download, so that it can go on only if the server's file is still the same.</summary>
/// <param name="Address">Where the file came from.</param>
/// <param name="Validator">Its strong ETag or modification time, as the server wrote it; null when the server gives neither.</param>
sealed record DownloadState(string Address, string? Validator);
