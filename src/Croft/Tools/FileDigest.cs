using System.Security.Cryptography;

namespace Croft.Tools;

/// <summary>Digests of files.</summary>
static class FileDigest
{
    /// <summary>Of files as if they were one, in lower case hex.</summary>
    public static async Task<string> OfAsync(HashAlgorithmName algorithm, IEnumerable<string> files, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        var block = new byte[1 << 18];
        foreach (var path in files)
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
            while (await file.ReadAsync(block, cancel) is var read and > 0)
                hash.AppendData(block, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
