using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Croft.Farms.Reading;

namespace Croft.Farms;

/// <summary>A machine that a pool's one line asks for.</summary>
/// <param name="Stem">The pool.</param>
/// <param name="Name">The stem and its number.</param>
/// <param name="Platform">A platform of the catalogue or of the user's; of an image, a name made for it.</param>
/// <param name="Image">A full path or an address, where the line names an image; else null.</param>
public sealed record PoolMachine(string Stem, string Name, string Platform, string? Image = null)
{
    /// <summary>Whether it is a container.</summary>
    public bool IsContainer { get; init; }

    /// <summary>Its second card, on a bridge of the host; null where it has none.</summary>
    public PoolCard? Lan { get; init; }
}

/// <summary>A card on the bridge to a LAN.</summary>
/// <param name="Mac">Null is one that stays the same for the machine's name.</param>
public sealed record PoolCard(string Bridge, string? Mac)
{
    /// <summary>What the pool calls the bridge's network; its first one is called otherwise.</summary>
    internal string Network => Bridge == PoolRequest.FirstNetwork ? Bridge + ".bridge" : Bridge;
}

/// <summary>
/// A pool of fresh machines from one line: <c>3:debian_13 vnode4 vnode18:d12 20 5-9</c>. A number or a full name, optionally a range,
/// optionally
/// a platform or an image after a colon.
/// </summary>
public static class PoolRequest
{
    /// <summary>Digits of a machine's number.</summary>
    public const int Width = 2;

    internal const string FirstNetwork = "default";

    const int Octets = 6;
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

    /// <summary>The same machines, each with a card on a bridge.</summary>
    /// <param name="prefix">What the cards' MACs begin with, before the machine's number; null leaves them to the names.</param>
    /// <exception cref="CroftException">Bridge or prefix cannot be such, or two machines would have one MAC.</exception>
    public static ImmutableArray<PoolMachine> OnBridge(ImmutableArray<PoolMachine> machines, string bridge, string? prefix)
    {
        if (!Rules.Device.TryParse(bridge, out _, out var complaint))
            throw CroftException.Usage($"--bridge: {complaint.Message}", complaint.Hint);
        ImmutableArray<PoolMachine> all =
        [
            .. machines.Select(m => m with { Lan = new(bridge, prefix is null ? null : MacOf(m, prefix.ToLowerInvariant())) }),
        ];
        return prefix is not null && all.GroupBy(m => m.Lan!.Mac).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw CroftException.Usage(
                $"--mac-prefix {prefix} gives {string.Join(" and ", twice.Select(m => m.Name))} the MAC {twice.Key}",
                "spawn one of the pools with another prefix"
            )
            : all;
    }

    /// <summary>The number's decimal digits are read as pairs: vnode18 ends in :18.</summary>
    static string MacOf(PoolMachine machine, string prefix)
    {
        var free = Octets - prefix.Split(':').Length;
        if (free is < 1 or > 3 || !Rules.Mac.TryParse(prefix + string.Concat(Enumerable.Repeat(":01", free)), out _, out _))
            throw CroftException.Usage($"--mac-prefix {prefix} begins no MAC", "write three to five pairs, such as 52:54:00:00:00");
        var digits = machine.Name[machine.Name.TrimEnd([.. "0123456789"]).Length..].TrimStart('0').PadLeft(free * 2, '0');
        return digits.Length > free * 2
            ? throw CroftException.Usage(
                $"--mac-prefix {prefix} leaves no room for the number of {machine.Name}",
                "a prefix with a pair less does"
            )
            : prefix + string.Concat(digits.Chunk(2).Select(pair => ":" + new string(pair)));
    }

    /// <summary>The farm file of a pool.</summary>
    /// <param name="timeout">How long a machine may take to answer.</param>
    /// <param name="defaults">Where the machines run.</param>
    public static string FarmText(string stem, IEnumerable<PoolMachine> machines, TimeSpan timeout, FarmDefaults defaults)
    {
        var all = machines.ToList();
        var text = new StringBuilder($"# Written by croft spawn; croft destroy -f {stem} removes its machines.\nfarm: {stem}\n");
        foreach (var machine in all.Where(m => m.Image is not null).DistinctBy(m => m.Platform))
            text.Append(text[^2] == '}' ? "" : "platforms:\n")
                .Append(
                    $"  {machine.Platform}: {{ image: {{ {(IsAddress(machine.Image!) ? "url" : "file")}: {Quoted(machine.Image!)} }} }}\n"
                );
        var bridges = all.Select(m => m.Lan).OfType<PoolCard>().DistinctBy(c => c.Bridge).ToList();
        if (bridges.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"networks:\n  {FirstNetwork}: {{}}\n");
        foreach (var card in bridges)
            text.Append(CultureInfo.InvariantCulture, $"  {Quoted(card.Network)}: {{ mode: bridge, bridge: {Quoted(card.Bridge)} }}\n");
        if (all.Exists(m => m.IsContainer))
            text.Append(CultureInfo.InvariantCulture, $"hypervisors:\n  containers: {{ uri: {Quoted(defaults.ContainerUri)} }}\n")
                .Append(all.TrueForAll(m => m.IsContainer) ? "" : $"  local: {{ uri: {Quoted(defaults.LocalUri)} }}\n");
        text.Append("vms:\n  list:\n");
        foreach (var machine in all)
            text.Append(
                CultureInfo.InvariantCulture,
                $"    - {{ name: {machine.Name}, platform: {machine.Platform}{(machine.IsContainer ? ", runtime: container" : "")}{Cards(machine)} }}\n"
            );
        return text.Append(CultureInfo.InvariantCulture, $"project:\n  connection_timeout: {timeout.TotalSeconds:0}s\n").ToString();
    }

    static string Cards(PoolMachine machine) =>
        machine.Lan is not { } lan
            ? ""
            : $", networks: [ {FirstNetwork}, {{ name: {Quoted(lan.Network)}{(lan.Mac is null ? "" : $", mac: {Quoted(lan.Mac)}")} }} ]";

    static IEnumerable<PoolMachine> Parse(string word, string stem, string platform, UserConfiguration? user, int width)
    {
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? word : word[..colon];
        var digits = name.Length - name.TrimEnd([.. "0123456789-"]).Length;
        var range = name[^digits..].TrimStart('-').Split('-');
        var own = name[..^digits];
        var chosen = colon < 0 ? platform : word[(colon + 1)..];
        var image = colon >= 0 && BeginningsOfImages.Any(start => chosen.StartsWith(start, StringComparison.Ordinal)) ? chosen : null;
        var resolved = image is not null
            ? PlatformOf(image = IsAddress(image) ? image : Path.GetFullPath(image))
            : Catalogue.NameOf(chosen, user);
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
            throw Catalogue.NoPlatform(chosen, user);
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
