using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Croft.Farms;

/// <summary>A machine that a pool's one line asks for.</summary>
/// <param name="Stem">The pool.</param>
/// <param name="Name">The stem and at least two digits.</param>
/// <param name="Platform">A platform of the catalogue.</param>
public sealed record PoolMachine(string Stem, string Name, string Platform);

/// <summary>
/// A pool of fresh machines from one line: <c>3:debian_13 vnode4 vnode18:d12 20 5-9</c>. A number or a full name, optionally a range,
/// optionally
/// a platform after a colon; numbers are written with two digits.
/// </summary>
public static class PoolRequest
{
    const int MostPerPool = 999;
    const int LongestStem = 30;

    /// <summary>Reads the words of the line.</summary>
    /// <param name="stem">Of words that are numbers only.</param>
    /// <param name="platform">Of words that name none.</param>
    /// <param name="families">The user's families of images.</param>
    /// <exception cref="CroftException">A word is not of this form, or its platform is not in the catalogue.</exception>
    public static ImmutableArray<PoolMachine> Parse(
        IEnumerable<string> words,
        string stem,
        string platform,
        ImmutableArray<ImageFamily> families = default
    )
    {
        if (stem.Length is 0 or > LongestStem || !stem.All(char.IsAsciiLetterLower))
            throw CroftException.Usage($"\"{stem}\" is no name of a pool", $"write up to {LongestStem} lower case letters");
        var machines = words.SelectMany(word => Parse(word, stem, platform, families.IsDefault ? [] : families)).ToImmutableArray();
        return machines.GroupBy(m => m.Name).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw CroftException.Usage($"machine {twice.Key} is asked for twice")
            : machines;
    }

    /// <summary>The farm file of a pool.</summary>
    /// <param name="timeout">How long a machine may take to answer.</param>
    public static string FarmText(string stem, IEnumerable<PoolMachine> machines, TimeSpan timeout)
    {
        var text = new StringBuilder(
            $"# Written by croft spawn; croft destroy -f {stem} removes its machines.\nfarm: {stem}\nvms:\n  list:\n"
        );
        foreach (var machine in machines)
            text.Append(CultureInfo.InvariantCulture, $"    - {{ name: {machine.Name}, platform: {machine.Platform} }}\n");
        return text.Append(CultureInfo.InvariantCulture, $"project:\n  connection_timeout: {timeout.TotalSeconds:0}s\n").ToString();
    }

    static IEnumerable<PoolMachine> Parse(string word, string stem, string platform, ImmutableArray<ImageFamily> families)
    {
        var parts = word.Split(
            ':',
            word.Count(c => c == ':') > 1
            && Catalogue.Resolve(word[(word.IndexOf(':', StringComparison.Ordinal) + 1)..], families) is not null
                ? 2
                : 3
        );
        var name = parts[0];
        var digits = name.Length - name.TrimEnd([.. "0123456789-"]).Length;
        var range = name[^digits..].TrimStart('-').Split('-');
        var own = name[..^digits];
        if (
            parts.Length > 2
            || range.Length > 2
            || !range.All(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= MostPerPool)
            || own.Length > LongestStem
            || !own.All(char.IsAsciiLetterLower)
        )
            throw CroftException.Usage(
                $"\"{word}\" is no machine of a pool",
                "write a number, a name such as vnode4, or a range such as 5-9, each with :platform after it if wanted"
            );
        var chosen = parts.Length == 2 ? parts[1] : platform;
        var resolved = Catalogue.Resolve(chosen, families)
            ?? throw CroftException.Usage(
                $"no platform \"{chosen}\" in the catalogue",
                "there are: "
                    + string.Join(", ", Catalogue.Platforms.SelectMany(p => p.Aliases.Prepend(p.Name)))
                    + "; and distributions' own, such as fedora, u24.04, debian_cloud"
            );
        var (first, last) = (int.Parse(range[0], CultureInfo.InvariantCulture), int.Parse(range[^1], CultureInfo.InvariantCulture));
        if (last < first)
            throw CroftException.Usage($"\"{word}\" is an empty range", $"write {last}-{first}");
        var pool = own.Length == 0 ? stem : own;
        return Enumerable
            .Range(first, last - first + 1)
            .Select(n => new PoolMachine(pool, string.Create(CultureInfo.InvariantCulture, $"{pool}{n:00}"), resolved.Name));
    }
}
