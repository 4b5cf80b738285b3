using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Croft.Tools;

namespace Croft.Images;

/// <summary>The digests that an ova has of its own files.</summary>
static partial class OvaManifest
{
    /// <summary>What is wrong with a disk by the manifests beside it, to be said after the archive's name; null when nothing is.</summary>
    public static async Task<string?> FaultAsync(string folder, string disk, CancellationToken cancel)
    {
        var name = Path.GetFileName(disk);
        foreach (var manifest in Directory.EnumerateFiles(folder, "*.mf").Where(file => File.Exists(Path.ChangeExtension(file, ".ovf"))))
        {
            const int most = 1 << 20;
            if (new FileInfo(manifest) is { Length: > most } or { LinkTarget: not null })
                continue;
            foreach (var line in await File.ReadAllLinesAsync(manifest, cancel))
            {
                if (Line().Match(line.Trim()) is not { Success: true } match || match.Groups["file"].Value != name)
                    continue;
                var (algorithm, expected) = (match.Groups["by"].Value, match.Groups["hex"].Value.ToLowerInvariant());
                var actual = await FileDigest.OfAsync(new HashAlgorithmName(algorithm), [disk], cancel);
                if (actual != expected)
                    return $"is damaged: its {PlainText.Line(Path.GetFileName(manifest))} says that the {algorithm} of {PlainText.Line(name)} is {expected}, and it is {actual}";
            }
        }

        return null;
    }

    [GeneratedRegex(@"^(?<by>SHA(1|256|512)) ?\((?<file>.+)\) ?= ?(?<hex>[0-9A-Fa-f]{40,128})$")]
    private static partial Regex Line();
}
