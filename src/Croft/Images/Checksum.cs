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
    /// Finds a file's digest in a list of digests: GNU's, BSD's and OpenSSL's lines, or a file that holds nothing else than one digest. Of
    /// files of one name in several folders the one counts whose folders end the file's path.
    /// </summary>
    /// <param name="file">Its path, or its name.</param>
    /// <param name="at">What the list is called in messages.</param>
    /// <exception cref="CroftException">The list has several digests of it.</exception>
    public static Checksum? Find(string list, string file, string at, bool alsoWeak = false)
    {
        var path = file.Split('/');
        var all = list.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => GnuLine().Match(line) is { Success: true } gnu ? gnu : BsdLine().Match(line))
            .Where(match => match.Success)
            .Select(match => (Fit: FitOf(match.Groups["file"].Value, path), Hex: match.Groups["hex"].Value.ToLowerInvariant()))
            .Where(found => found.Fit > 0 && (alsoWeak || found.Hex.Length > 32))
            .OrderByDescending(found => found.Fit)
            .ThenByDescending(found => found.Hex.Length)
            .ToList();
        if (all.Count == 0)
            return null;
        var best = all[0];
        if (all.Any(found => found.Fit == best.Fit && found.Hex.Length == best.Hex.Length && found.Hex != best.Hex))
            throw CroftException.World(
                $"{at} has several {AlgorithmOf(best.Hex)} digests of {path[^1]}, so nobody knows which is its own",
                "write the one that is meant beside url:, as sha256: or sha512:"
            );
        return new(AlgorithmOf(best.Hex), best.Hex);
    }

    /// <summary>How well a name in a list fits a path; 0 when it is another file's.</summary>
    static int FitOf(string name, string[] path)
    {
        const int unnamed = 1,
            elsewhere = 2;
        if (name is "" or "-")
            return unnamed;
        var parts = name.Split('/').Where(part => part != ".").ToArray();
        var common = parts.Reverse().Zip(path.Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();
        return common == 0 ? 0
            : common == parts.Length ? elsewhere + common
            : elsewhere;
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
    [GeneratedRegex(@"^((?i:sha256|sha512|md5):)?(?<hex>[0-9A-Fa-f]{32}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{128})(\s+\*?(?<file>\S.*))?$")]
    private static partial Regex GnuLine();

    [GeneratedRegex(@"^(SHA(2-)?(256|512)|MD5) ?\((?<file>.+)\) ?= ?(?<hex>[0-9A-Fa-f]{32}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{128})$")]
    private static partial Regex BsdLine();
}
