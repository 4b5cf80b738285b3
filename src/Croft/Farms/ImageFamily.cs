using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Croft.Farms.Reading;

namespace Croft.Farms;

/// <summary>
/// Disk images that one publisher makes for all versions of a system, as a file of the catalogue describes them. Texts may hold
/// <c>{name}</c>:
/// <c>base</c>, <c>version</c>, <c>codename</c>, <c>arch</c>, <c>variant</c>, and what steps have found.
/// </summary>
public sealed record ImageFamily
{
    /// <summary>In farm files, before <c>_</c> and the version.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public required string Title { get; init; }

    /// <summary>Further names, such as <c>f</c>.</summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>The publisher's address; a mirror takes its place.</summary>
    public required string Base { get; init; }

    /// <summary>libvirt's names, each with the publisher's.</summary>
    public required ImmutableDictionary<string, string> Arch { get; init; }

    /// <summary>A pattern of all versions that there are or may be.</summary>
    public required string Versions { get; init; }

    /// <summary>A pattern whose groups are the parts of a version written without dots; null for none.</summary>
    public string? Compact { get; init; }

    /// <summary>Of versions.</summary>
    public required ImmutableDictionary<string, string> Codenames { get; init; }

    /// <summary>Further words for versions; an empty version is the newest.</summary>
    public required ImmutableDictionary<string, string> Spellings { get; init; }

    /// <summary>Their names, and what stands for each in addresses; the first is taken where none is named.</summary>
    public required ImmutableArray<(string Name, string Text)> Variants { get; init; }

    /// <summary>Words in names that say nothing.</summary>
    public required ImmutableArray<string> Ignored { get; init; }

    /// <summary>Steps that find all versions.</summary>
    public required ImmutableArray<FindStep> Newest { get; init; }

    /// <summary>Where versions lie, newest kind first.</summary>
    public required ImmutableArray<ImagePlace> Places { get; init; }

    /// <summary>What machines of it need.</summary>
    public required ImmutableArray<MachineRule> Machine { get; init; }

    /// <summary>Address of the signature of each image, in which <c>{image}</c> is the image's; null when images have none.</summary>
    public string? ImageSignature { get; init; }

    /// <summary>Whose signatures count.</summary>
    public required ImmutableArray<SigningKey> Keys { get; init; }

    /// <summary>Whether it is a server of root file systems for containers, whose aliases are the versions.</summary>
    internal bool IsStreams => Places.Any(p => p.Streams is not null);

    /// <summary>The version and variant that the rest of a name means; null when it means none.</summary>
    internal (string Version, string Variant)? Read(string rest)
    {
        if (IsStreams)
            return rest.Trim('_') is { Length: > 0 } alias ? (alias, "") : null;
        var (version, variant) = ("", "");
        foreach (var word in Regex.Replace(rest, "(?<=[0-9])(?=[a-z]{2})", "_").Split('_', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Variants.Any(v => v.Name == word) && variant.Length == 0)
                variant = Variants.First(v => v.Text == Variants.First(w => w.Name == word).Text).Name;
            else if (VersionOf(word) is { } said && version.Length == 0)
                version = said;
            else if (!Ignored.Contains(word))
                return null;
        }

        return (version, variant);
    }

    /// <summary>What holds of the machines of a version; each value is of the first rule that has it.</summary>
    internal MachineRule MachineOf(string version, string variant, string arch)
    {
        var rules = Machine.Where(rule => rule.For.Holds(version, variant, arch)).ToList();
        return new(
            default,
            rules.Select(r => r.FirstBoot).FirstOrDefault(f => f is not null) ?? Farms.FirstBoot.CloudInit,
            rules.Select(r => r.User).FirstOrDefault(u => u is not null),
            rules.Select(r => r.Firmware).FirstOrDefault(f => f is not null),
            rules.Select(r => r.Memory).FirstOrDefault(m => m is not null),
            rules.Select(r => r.Cpu).FirstOrDefault(c => c is not null),
            rules.Select(r => r.Why).FirstOrDefault(w => w is not null)
        );
    }

    string? VersionOf(string word)
    {
        if (Spellings.TryGetValue(word, out var said))
            return said;
        if (Codenames.FirstOrDefault(c => c.Value == word) is { Key: { } version })
            return version;
        if (IsWhole(word, Versions))
            return word;
        return Compact is not null && MatchesOf(word, $"^(?:{Compact})$", RegexOptions.None) is [var match]
            ? string.Join('.', match.Groups.Values.Skip(1).Where(g => g.Success).Select(g => g.Value))
            : null;
    }

    internal static bool IsWhole(string text, string pattern) => MatchesOf(text, $"^(?:{pattern})$", RegexOptions.None).Length > 0;

    /// <summary>What of a text a pattern of the catalogue matches; there are patterns that would take for ever.</summary>
    /// <exception cref="CroftException">It is one.</exception>
    internal static Match[] MatchesOf(string text, string pattern, RegexOptions options)
    {
        try
        {
            return Regex.Matches(text, pattern, options, TimeSpan.FromSeconds(3)).ToArray();
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new CroftException(
                FaultKind.Usage,
                $"the catalogue's pattern {Words.Quote(pattern)} takes too long for {(text.Length > 100 ? "what the server says" : Words.Quote(text))}",
                "repetitions in repetitions, such as (a+)+, do that: write it without",
                e
            );
        }
    }
}

/// <summary>Patterns that the whole of a version, variant and architecture must match; null takes any.</summary>
public readonly record struct FamilyPart(string? Version, string? Variant, string? Arch)
{
    /// <summary>Whether they do. An empty version is the newest, which patterns of single versions do not match.</summary>
    internal bool Holds(string version, string variant, string arch) => Is(Version, version) && Is(Variant, variant) && Is(Arch, arch);

    static bool Is(string? pattern, string text) => pattern is null || ImageFamily.IsWhole(text, pattern);
}

/// <summary>
/// Reads a document and takes names out of it. In a text or a listing <paramref name="Match"/> finds them: its named groups. In JSON it is
/// <paramref name="In"/>, a path in which <c>*</c> is any key, with <paramref name="Where"/>, patterns of fields, and <paramref
/// name="Take"/>, a field for each name.
/// Of several finds the greatest counts, numbers in it compared as numbers.
/// </summary>
public sealed record FindStep(
    string At,
    string? Match,
    string? In,
    ImmutableArray<(string Field, string Pattern)> Where,
    ImmutableArray<(string Name, string Field)> Take
);

/// <summary>A place where images lie; the first that is for the image and has it is taken.</summary>
/// <param name="Checksums">Address of a list of checksums; null when <paramref name="Digest"/> says it.</param>
/// <param name="Digest">Such as <c>sha256:{sha256}</c>.</param>
/// <param name="Signature">Address of a detached signature of the list; <c>inline</c> when the list is signed itself.</param>
/// <param name="Note">What the user should know of images from here.</param>
public sealed record ImagePlace(
    FamilyPart For,
    ImmutableArray<FindStep> Find,
    string Image,
    string? Checksums,
    string? Digest,
    string? Signature,
    string? Note
)
{
    /// <summary>Address of an index of simplestreams, which says all that the rest would; null for none.</summary>
    public string? Streams { get; init; }
}

/// <summary>What holds of machines of an image.</summary>
/// <param name="User">The image's own login.</param>
/// <param name="Memory">The least in bytes with which it boots.</param>
/// <param name="Cpu">The least level of processors, such as <c>x86-64-v2</c>.</param>
/// <param name="Why">Why it takes no login, or is otherwise odd.</param>
public sealed record MachineRule(
    FamilyPart For,
    FirstBoot? FirstBoot,
    string? User,
    Firmware? Firmware,
    long? Memory,
    string? Cpu,
    string? Why
);

/// <summary>Who reads a machine's seed at its first boot.</summary>
public enum FirstBoot
{
    /// <summary>cloud-init.</summary>
    CloudInit,

    /// <summary>FreeBSD's nuageinit, which knows a part of it.</summary>
    Nuageinit,

    /// <summary>Ignition, which reads another language.</summary>
    Ignition,

    /// <summary>Nobody who would make a login.</summary>
    None,

    /// <summary>openSUSE's Combustion, which runs a script.</summary>
    Combustion,

    /// <summary>cloudbase-init, which is Windows' cloud-init.</summary>
    CloudbaseInit,

    /// <summary>Windows' Setup, which reads an answer file.</summary>
    Unattend,
}

/// <summary>A key that a publisher signs with.</summary>
/// <param name="At">The publisher's address of it.</param>
/// <param name="IsUnsure">The fingerprint is known from others only: a signature that does not match is a warning.</param>
/// <param name="IsPlaceUnsure">The address is known from others only: another key there is a warning.</param>
public sealed record SigningKey(FamilyPart For, string Fingerprint, string At, bool IsUnsure, bool IsPlaceUnsure);
