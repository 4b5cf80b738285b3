using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Croft.Farms;

/// <summary>A machine that a pool's one line asks for.</summary>
/// <param name="Stem">The pool.</param>
/// <param name="Name">The stem and its number.</param>
/// <param name="Platform">A platform of the catalogue or of the user's; of an image, a name made for it.</param>
/// <param name="Image">A full path or an address, where the line names an image; else null.</param>
public sealed record PoolMachine(string Stem, string Name, string Platform, string? Image = null);

/// <summary>
/// A pool of fresh machines from one line: <c>3:debian_13 vnode4 vnode18:d12 20 5-9</c>. A number or a full name, optionally a range,
/// optionally
/// a platform or an image after a colon.
/// </summary>
public static class PoolRequest
{
    /// <summary>Digits of a machine's number.</summary>
    public const int Width = 2;

    const int MostPerPool = 999;
    const int MostDigits = 9;
    const int LongestStem = 30;

    static readonly string[] BeginningsOfImages = ["/", "./", "../", "http://", "https://", "ftp://"];

    /// <summary>Reads the words of the line.</summary>
    /// <param name="stem">Of words that are numbers only.</param>
    /// <param name="platform">Of words that name none.</param>
    /// <param name="user">The user's platforms and families of images.</param>
    /// <param name="width">Digits of the numbers: the least.</param>
    /// <exception cref="CroftException">A word is not of this form, or its platform is not known.</exception>
    public static ImmutableArray<PoolMachine> Parse(
        IEnumerable<string> words,
        string stem,
        string platform,
        UserConfiguration? user = null,
        int width = Width
    )
    {
        if (stem.Length is 0 or > LongestStem || !stem.All(char.IsAsciiLetterLower))
            throw CroftException.Usage($"\"{stem}\" is no name of a pool", $"write up to {LongestStem} lower case letters");
        if (width is < 1 or > MostDigits)
            throw CroftException.Usage($"--width {width}: a machine's number has 1 to {MostDigits} digits");
        var machines = words.SelectMany(word => Parse(word, stem, platform, user, width)).ToImmutableArray();
        return machines.GroupBy(m => m.Name).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw CroftException.Usage($"machine {twice.Key} is asked for twice")
            : machines;
    }

    /// <summary>The farm file of a pool.</summary>
    /// <param name="timeout">How long a machine may take to answer.</param>
    public static string FarmText(string stem, IEnumerable<PoolMachine> machines, TimeSpan timeout)
    {
        var all = machines.ToList();
        var text = new StringBuilder($"# Written by croft spawn; croft destroy -f {stem} removes its machines.\nfarm: {stem}\n");
        foreach (var machine in all.Where(m => m.Image is not null).DistinctBy(m => m.Platform))
            text.Append(text[^2] == '}' ? "" : "platforms:\n")
                .Append(
                    $"  {machine.Platform}: {{ image: {{ {(IsAddress(machine.Image!) ? "url" : "file")}: {Quoted(machine.Image!)} }} }}\n"
                );
        text.Append("vms:\n  list:\n");
        foreach (var machine in all)
            text.Append(CultureInfo.InvariantCulture, $"    - {{ name: {machine.Name}, platform: {machine.Platform} }}\n");
        return text.Append(CultureInfo.InvariantCulture, $"project:\n  connection_timeout: {timeout.TotalSeconds:0}s\n").ToString();
    }

    static IEnumerable<PoolMachine> Parse(string word, string stem, string platform, UserConfiguration? user, int width)
    {
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? word : word[..colon];
        var digits = name.Length - name.TrimEnd([.. "0123456789-"]).Length;
        var range = name[^digits..].TrimStart('-').Split('-');
        var own = name[..^digits];
        var chosen = colon < 0 ? platform : word[(colon + 1)..];
        var image = colon >= 0 && BeginningsOfImages.Any(start => chosen.StartsWith(start, StringComparison.Ordinal)) ? chosen : null;
        var resolved =
            image is not null ? PlatformOf(image = IsAddress(image) ? image : Path.GetFullPath(image))
            : user?.PlatformNames.Contains(chosen) == true ? chosen
            : Catalogue.Resolve(chosen, user?.Families ?? [])?.Name;
        if (
            range.Length > 2
            || !range.All(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= MostPerPool)
            || own.Length > LongestStem
            || !own.All(char.IsAsciiLetterLower)
            || (resolved is null && chosen.Contains(':', StringComparison.Ordinal))
        )
            throw CroftException.Usage(
                $"\"{word}\" is no machine of a pool",
                "write a number, a name such as vnode4, or a range such as 5-9, each with :platform or :/path/of/image after it if wanted"
            );
        if (resolved is null)
            throw CroftException.Usage(
                $"no platform \"{chosen}\" in the catalogue",
                "there are: "
                    + string.Join(", ", (user?.PlatformNames ?? []).Concat(Catalogue.Platforms.SelectMany(p => p.Aliases.Prepend(p.Name))))
                    + "; and distributions' own, such as fedora, u24.04, debian_cloud"
            );
        var (first, last) = (int.Parse(range[0], CultureInfo.InvariantCulture), int.Parse(range[^1], CultureInfo.InvariantCulture));
        if (last < first)
            throw CroftException.Usage($"\"{word}\" is an empty range", $"write {last}-{first}");
        var pool = own.Length == 0 ? stem : own;
        return Enumerable
            .Range(first, last - first + 1)
            .Select(n => new PoolMachine(pool, pool + n.ToString($"D{width}", CultureInfo.InvariantCulture), resolved, image));
    }

    static bool IsAddress(string image) => image.Contains("://", StringComparison.Ordinal);

    /// <summary>The name that stands for an image in its pool.</summary>
    static string PlatformOf(string image)
    {
        var plain = new string([.. Path.GetFileName(image.TrimEnd('/')).Split('.')[0].Where(char.IsAsciiLetterOrDigit).Take(20)]);
        return $"{plain}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(image)))[..6]}".TrimStart('-');
    }

    static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
