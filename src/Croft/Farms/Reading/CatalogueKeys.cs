using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Croft.Farms.Reading;

/// <summary>The keys of a file of the image catalogue: one family of images each.</summary>
static class CatalogueKeys
{
    static readonly TextShape Line = new("a text", "1 to 300 characters", "^.{1,300}$", text =>
        text.Length is > 0 and <= 300 && !text.Contains('\n', StringComparison.Ordinal)
    );

    static readonly TextShape Pattern = new("a regular expression", "one that .NET can read, at most 300 characters", "^.{1,300}$", text =>
        text.Length is > 0 and <= 300 && IsPattern(text)
    );

    static readonly TextShape Address = new(
        "an address, in which {name} stands for what is known or was found",
        "http://, https:// or file:///, or one that begins with {base} or another {name}; no white space",
        "^(https?://|file:///|\\{[a-z0-9]+\\})[^\\s\"<>]*$",
        text => text.Length <= 1000 && Regex.IsMatch(text, "^(https?://|file:///|\\{[a-z0-9]+\\})[^\\s\"<>]*$")
    );

    public static readonly TextShape Fingerprint = new("a key's fingerprint", "40 hexadecimal digits", "^[0-9A-Fa-f]{40}$", text =>
        text.Length == 40 && text.All(char.IsAsciiHexDigit)
    );

    public static readonly Field<string> Family = new("family", Rules.Name, "The family's name: lower case letters and digits.")
    {
        Required = true,
    };

    public static readonly Field<string> Title = new("title", Line, "What it is, for people.") { DefaultText = "the name" };

    public static readonly Field<ImmutableArray<Item<string>>> Names = new(
        "names",
        new ListShape<string>(Rules.Name),
        "Further names, such as `f`."
    );

    public static readonly Field<string> Base = new(
        "base",
        Address,
        "The publisher's address, `{base}` in others. A mirror takes its place."
    )
    {
        Required = true,
    };

    public static readonly Field<ImmutableArray<Named<string>>> Arch = new(
        "arch",
        new NamedShape<string>("arch", Architectures.Shape, Rules.Name, least: 1),
        "The architectures that exist, and the publisher's name of each: `{arch}`."
    )
    {
        Required = true,
    };

    public static readonly Field<string> Versions = new("versions", Pattern, "What all versions look like, those to come too.")
    {
        DefaultText = "none: the newest is the only one",
    };

    public static readonly Field<string> Compact = new(
        "compact",
        Pattern,
        "What a version looks like without its dots. The groups are its parts."
    );

    public static readonly Field<ImmutableArray<Named<string>>> Codenames = new(
        "codenames",
        new NamedShape<string>("version", Rules.Name, Rules.Name),
        "Code names of versions, `{codename}`. They may be written in place of the version."
    )
    {
        DefaultText = "`{codename}` is the version",
    };

    public static readonly Field<ImmutableArray<Named<string>>> Spellings = new(
        "spellings",
        new NamedShape<string>("word", Rules.Name, Rules.Name),
        "Further words for versions. `newest` is the newest version."
    );

    public static readonly Field<ImmutableArray<Named<string>>> Variants = new(
        "variants",
        new NamedShape<string>("variant", Rules.Name, Rules.Name),
        "Variants, and what stands for each in addresses: `{variant}`. The first is taken where none is named."
    );

    public static readonly Field<ImmutableArray<Item<string>>> Ignored = new(
        "ignored",
        new ListShape<string>(Rules.Name),
        "Words in names that mean nothing."
    );

    public static readonly Field<string> ForVersion = new("version", Pattern, "A regular expression for the whole version.")
    {
        DefaultText = "any",
    };
    public static readonly Field<string> ForVariant = new("variant", Pattern, "A regular expression for the whole variant.")
    {
        DefaultText = "any",
    };
    public static readonly Field<string> ForArch = new("arch", Pattern, "A regular expression for libvirt's name of the architecture.")
    {
        DefaultText = "any",
    };
    public static readonly Field<MapReading> For = new(
        "for",
        new MapShape("a part of a family", [ForVersion, ForVariant, ForArch]),
        "The part of the family that this is about."
    )
    {
        DefaultText = "all",
    };

    public static readonly Field<string> At = new("at", Address, "Address of a listing, a text or a JSON document.") { Required = true };
    public static readonly Field<string> Match = new("match", Pattern, "A regular expression. Its named groups become names.");
    public static readonly Field<string> In = new("in", Line, "With JSON: the way to an object, such as `streams/*/disk`. `*` is any key.");
    public static readonly Field<ImmutableArray<Named<string>>> Where = new(
        "where",
        new NamedShape<string>("field", Rules.Name, Pattern),
        "With JSON: regular expressions for whole fields of the object."
    );
    public static readonly Field<ImmutableArray<Named<string>>> Take = new(
        "take",
        new NamedShape<string>("name", Rules.Name, Line),
        "With JSON: the field, or the way to it, that a name takes its value from."
    );
    public static readonly MapShape Step = new("a step", [At, Match, In, Where, Take]);

    public static readonly Field<ImmutableArray<Item<MapReading>>> Newest = new(
        "newest",
        new ListShape<MapReading>(Step),
        "Steps that find all versions, as `{version}`. The greatest is the newest."
    );

    public static readonly Field<ImmutableArray<Item<MapReading>>> Find = new(
        "find",
        new ListShape<MapReading>(Step),
        "Steps that find what the addresses need. Of several finds the greatest is taken."
    );
    public static readonly Field<string> Image = new("image", Address, "Address of the image, dated where the publisher dates it.");
    public static readonly Field<string> Streams = new(
        "streams",
        Address,
        "In place of all else: the index of a simplestreams server, whose root file systems for containers are named by their aliases."
    );
    public static readonly Field<string> Checksums = new("checksums", Address, "Address of a list of checksums.");
    public static readonly Field<string> Digest = new("digest", Line, "The checksum itself, such as `sha256:{sha256}`.");
    public static readonly Field<string> Signature = new(
        "signature",
        new TextShape("an address, or inline", "an address, or \"inline\"", "^[^\\s\"<>]+$", text =>
            text == "inline" || Address.Holds(text)
        ),
        "Address of a detached signature of the list. `inline` when the list itself is signed."
    );
    public static readonly Field<string> Note = new("note", Line, "What the user should know when the image is from here.");
    public static readonly MapShape Place = new("a place", [For, Find, Image, Checksums, Digest, Signature, Note, Streams]);

    public static readonly Field<ImmutableArray<Item<MapReading>>> Places = new(
        "places",
        new ListShape<MapReading>(Place, least: 1),
        "Where images lie. The first place that is for an image and has it is taken."
    )
    {
        Required = true,
    };

    public static readonly Field<FirstBoot> Boot = new(
        "first_boot",
        new ChoiceShape<FirstBoot>(
            ("cloud-init", FirstBoot.CloudInit),
            ("nuageinit", FirstBoot.Nuageinit),
            ("ignition", FirstBoot.Ignition),
            ("combustion", FirstBoot.Combustion),
            ("cloudbase-init", FirstBoot.CloudbaseInit),
            ("none", FirstBoot.None)
        ),
        "Who reads the seed at the first boot."
    )
    {
        DefaultText = "`cloud-init`",
    };

    public static readonly Field<string> User = new("user", Rules.User, "The image's own login.");
    public static readonly Field<long> Memory = new("memory", new SizeShape(16 << 20), "The least memory with which it works.");
    public static readonly Field<string> Cpu = new(
        "cpu",
        new ChoiceShape<string>(("x86-64-v2", "x86-64-v2"), ("x86-64-v3", "x86-64-v3")),
        "The least processor."
    )
    {
        DefaultText = "any",
    };
    public static readonly Field<string> Why = new("why", Line, "Why it takes no login.");
    public static readonly MapShape Rule = new("a rule for machines", [For, Boot, User, MachineKeys.Firmware, Memory, Cpu, Why]);

    public static readonly Field<ImmutableArray<Item<MapReading>>> Machine = new(
        "machine",
        new ListShape<MapReading>(Rule),
        "What holds of machines. Each value is taken from the first rule that has it."
    );

    public static readonly Field<string> Key = new("fingerprint", Fingerprint, "The key's whole fingerprint.") { Required = true };
    public static readonly Field<bool> IsUnsure = new(
        "unsure",
        new BoolShape(),
        "Only others have told the fingerprint. A signature that does not match is then a warning, not an error."
    )
    {
        DefaultText = "`false`",
    };
    public static readonly Field<bool> IsPlaceUnsure = new(
        "unsure_at",
        new BoolShape(),
        "Only others have told the address. Another key there is then a warning, not an error."
    )
    {
        DefaultText = "`false`",
    };
    public static readonly Field<string> ImageSignature = new(
        "image_signature",
        new TextShape(
            "an address after the image's",
            "{image} and what follows, such as {image}.sig",
            "^\\{image\\}[A-Za-z0-9._-]{1,20}$",
            text => Regex.IsMatch(text, "^\\{image\\}[A-Za-z0-9._-]{1,20}$")
        ),
        "Where a detached signature of each image lies; `{image}` is the image's address."
    );
    public static readonly Field<ImmutableArray<Item<MapReading>>> Keys = new(
        "keys",
        new ListShape<MapReading>(new MapShape("a key", [For, Key, At, IsUnsure, IsPlaceUnsure])),
        "Keys that the publisher signs with."
    );

    public static readonly MapShape Map = new(
        "a family of images",
        [
            Family,
            Title,
            Names,
            Base,
            Arch,
            Versions,
            Compact,
            Codenames,
            Spellings,
            Variants,
            Ignored,
            Newest,
            Places,
            Machine,
            ImageSignature,
            Keys,
        ]
    );

    static bool IsPattern(string text)
    {
        try
        {
            _ = new Regex(text);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
