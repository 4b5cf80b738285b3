using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Croft.Tools;

namespace Croft.Images;

/// <summary>An expected digest of a file.</summary>
/// <param name="Algorithm"><c>sha256</c>, <c>sha512</c> or <c>md5</c>.</param>
/// <param name="Hex">Lower case.</param>
sealed partial record Checksum(string Algorithm, string Hex)
{
    /// <summary>Reads <c>sha256:hex</c>, <c>sha512:hex</c>, or the bare digest, which its length tells.</summary>
    /// <exception cref="CroftException">It is none of these.</exception>
    public static Checksum Parse(string text)
    {
        var match = Form().Match(text.Trim().ToLowerInvariant());
        var algorithm = match.Groups["hex"].Length == 64 ? "sha256" : "sha512";
        if (!match.Success || (match.Groups["name"].Success && match.Groups["name"].Value != algorithm))
            throw CroftException.Usage($"\"{text}\" is not a checksum: write sha256:<64 hex digits> or sha512:<128 hex digits>");
        return new Checksum(algorithm, match.Groups["hex"].Value);
    }

    /// <summary>Reads <c>algorithm:hex</c>, MD5 too; null when it is none.</summary>
    public static Checksum? TryParse(string text)
    {
        var match = Named().Match(text.Trim().ToLowerInvariant());
        return match.Success && AlgorithmOf(match.Groups["hex"].Value) == match.Groups["name"].Value
            ? new(match.Groups["name"].Value, match.Groups["hex"].Value)
            : null;
    }

    /// <summary>Whether two files with one digest can be made.</summary>
    public bool IsWeak => Algorithm == "md5";

    /// <summary>
    /// Finds a file's digest in a list of digests: GNU's and BSD's lines, or a file that holds nothing else than one digest.
    /// </summary>
    public static Checksum? Find(string list, string file, bool alsoWeak = false)
    {
        Checksum? best = null;
        foreach (var line in list.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var match = GnuLine().Match(line) is { Success: true } gnu ? gnu : BsdLine().Match(line);
            if (!match.Success || (match.Groups["file"].Value is { Length: > 0 } name && name[(name.LastIndexOf('/') + 1)..] != file))
                continue;
            var hex = match.Groups["hex"].Value.ToLowerInvariant();
            if (hex.Length == 32 && !alsoWeak)
                continue;
            if (best is null || hex.Length > best.Hex.Length)
                best = new Checksum(AlgorithmOf(hex), hex);
        }

        return best;
    }

    /// <summary>Computes the digest of what comes.</summary>
    public static async Task<Checksum> OfAsync(Stream from, string algorithm, CancellationToken cancel)
    {
#pragma warning disable CA5351 // some publishers have nothing better, and the user is told
        using var hash = IncrementalHash.CreateHash(
            algorithm == "sha512" ? HashAlgorithmName.SHA512
            : algorithm == "md5" ? HashAlgorithmName.MD5
            : HashAlgorithmName.SHA256
        );
#pragma warning restore CA5351
        var block = new byte[1 << 18];
        while (await from.ReadAsync(block, cancel) is var read and > 0)
            hash.AppendData(block, 0, read);
        return new(algorithm, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>SHA-256 of a file, lower case hex.</summary>
    public static Task<string> Sha256Async(string path, CancellationToken cancel) =>
        FileDigest.OfAsync(HashAlgorithmName.SHA256, [path], cancel);

    /// <inheritdoc/>
    public override string ToString() => $"{Algorithm}:{Hex}";

    static string AlgorithmOf(string hex) =>
        hex.Length switch
        {
            32 => "md5",
            64 => "sha256",
            _ => "sha512",
        };

    [GeneratedRegex("^(?<name>sha256|sha512|md5):(?<hex>[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{128})$")]
    private static partial Regex Named();

    [GeneratedRegex("^((?<name>sha256|sha512):)?(?<hex>[0-9a-f]{64}([0-9a-f]{64})?)$")]
    private static partial Regex Form();

    // "digest  file", "digest *file", or the digest alone.
    [GeneratedRegex(@"^(?<hex>[0-9A-Fa-f]{32}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{128})(\s+\*?(?<file>\S.*))?$")]
    private static partial Regex GnuLine();

    [GeneratedRegex(@"^(SHA(256|512)|MD5) ?\((?<file>.+)\) = (?<hex>[0-9A-Fa-f]{32}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{128})$")]
    private static partial Regex BsdLine();
}
