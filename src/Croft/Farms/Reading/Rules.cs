using System.Buffers;

namespace Croft.Farms.Reading;

/// <summary>
/// What the user's names and texts may look like. They end up in XML, file names, shell words and URIs; none of them may hold a quotation
/// mark, an angle bracket, an ampersand, white space or a line end.
/// </summary>
static class Rules
{
    const string Lower = "abcdefghijklmnopqrstuvwxyz";
    const string Digits = "0123456789";
    const string Alphanumeric = Lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + Digits;

    static readonly SearchValues<char> AlphanumericChars = SearchValues.Create(Alphanumeric);
    static readonly SearchValues<char> LabelChars = SearchValues.Create(Lower + Digits + "-");
    static readonly SearchValues<char> NameChars = SearchValues.Create(Alphanumeric + "._-");
    static readonly SearchValues<char> HostChars = SearchValues.Create(Alphanumeric + "-");
    static readonly SearchValues<char> IdChars = SearchValues.Create(Alphanumeric + "_-");
    static readonly SearchValues<char> UserChars = SearchValues.Create(Lower + Digits + "_-");
    static readonly SearchValues<char> VariableChars = SearchValues.Create(Alphanumeric + "_");
    static readonly SearchValues<char> PackageChars = SearchValues.Create(Lower + Digits + "+.-");
    static readonly SearchValues<char> UriChars = SearchValues.Create(Alphanumeric + "._~:/?@%=;,+[]-");
    static readonly SearchValues<char> UrlChars = SearchValues.Create(Alphanumeric + "._~:/?@%=;,+&-");
    static readonly SearchValues<char> PathChars = SearchValues.Create(Alphanumeric + "._/@+-");
    static readonly SearchValues<char> GlobChars = SearchValues.Create(Alphanumeric + "._/@+,:=~ *?[]-");
    static readonly SearchValues<char> AddressChars = SearchValues.Create(Alphanumeric + "._~:/?@%=;,+&-");
    static readonly SearchValues<char> FileChars = SearchValues.Create(Alphanumeric + "._/@+,:=~ -");

    /// <summary>Farms and machines: the name is a host name.</summary>
    public static readonly TextShape DnsLabel = new(
        "a DNS label",
        "1 to 63 lower case letters, digits and \"-\", not \"-\" at either end",
        "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        text => text.Length is > 0 and <= 63 && text[0] != '-' && text[^1] != '-' && IsOf(text, LabelChars),
        ToLabel
    );

    public static readonly TextShape Name = new(
        "a name",
        "1 to 63 letters, digits, \".\", \"_\" and \"-\", first a letter or digit",
        "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$",
        IsName,
        text => text.Trim().Replace(' ', '_').Replace(':', '_').Replace('/', '_')
    );

    /// <summary>Images of the catalogue: a server's have the names that it gives them.</summary>
    public static readonly TextShape ImageName = new(
        "an image's name",
        "1 to 100 letters, digits, \".\", \"_\", \"-\", \":\" and \"/\", first a letter or digit",
        "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$",
        text =>
            text.Length is > 0 and <= 100
            && AlphanumericChars.Contains(text[0])
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or ':' or '/')
    );

    /// <summary>Disks: the name is the serial number that the guest sees, for which virtio has 20 characters.</summary>
    public static readonly TextShape DiskName = new(
        "a disk's name",
        "1 to 20 letters, digits, \"_\" and \"-\", first a letter or digit",
        "^[A-Za-z0-9][A-Za-z0-9_-]{0,19}$",
        text => text.Length is > 0 and <= 20 && AlphanumericChars.Contains(text[0]) && IsOf(text, IdChars),
        text => text.Trim().Replace(' ', '_').Replace('.', '_')
    );

    /// <summary>Whether resolvers take a name for an address: 1 is 0.0.0.1, 0x7f is 0.0.0.127.</summary>
    public static bool IsNumber(string text) =>
        text.Length > 0
        && (
            text.All(char.IsAsciiDigit)
            || (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && text[2..].All(char.IsAsciiHexDigit))
        );

    /// <summary>Network devices of Linux, which has 15 characters for their names.</summary>
    public static readonly TextShape Device = new(
        "a network device's name",
        "1 to 15 letters, digits, \".\", \"_\" and \"-\", first a letter or digit",
        "^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$",
        text => text.Length <= 15 && IsName(text)
    );

    const string HostPattern = "(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*";

    const string Ip6Pattern =
        "([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|([0-9a-f]{1,4}:){1,7}:|([0-9a-f]{1,4}:){1,6}(:[0-9a-f]{1,4}){1,1}"
        + "|([0-9a-f]{1,4}:){1,5}(:[0-9a-f]{1,4}){1,2}|([0-9a-f]{1,4}:){1,4}(:[0-9a-f]{1,4}){1,3}"
        + "|([0-9a-f]{1,4}:){1,3}(:[0-9a-f]{1,4}){1,4}|([0-9a-f]{1,4}:){1,2}(:[0-9a-f]{1,4}){1,5}"
        + "|([0-9a-f]{1,4}:){1,1}(:[0-9a-f]{1,4}){1,6}|:((:[0-9a-f]{1,4}){1,7}|:)";

    /// <summary>A name or an address of a host, or a domain.</summary>
    public static readonly TextShape HostName = new(
        "a host name or a domain",
        "labels of lower case letters, digits and \"-\" with dots between them, at most 253 characters",
        $"^{HostPattern}$",
        text => text.Length is > 0 and <= 253 && text.Split('.').All(label => DnsLabel.Holds(label)),
        text => text.Trim().ToLowerInvariant().TrimStart('*').Trim('.')
    );

    /// <summary>Why names cannot be in a domain, to be said after it; null when they can.</summary>
    public static string? LackOfDomain(string domain) =>
        domain.Split('.')[^1] switch
        {
            var last when last.All(char.IsAsciiDigit) => "is no domain but an address, or as good as one",
            "localhost" => "is each guest itself",
            "invalid" => "leads nowhere, wherever it is asked for",
            "arpa" => "is for names of addresses",
            _ => null,
        };

    /// <summary>What a name of a name server leads to.</summary>
    public static readonly TextShape HostOrAddress = new(
        "a host name or an address",
        "a host name, or an address such as 10.80.0.40 or fd00:80::28",
        $"^({HostPattern}|{Ip6Pattern})$",
        text => HostName.Holds(text) || AddressShape.TryParse(text, out _)
    );

    /// <summary>One that no other card of the LAN's may have; not a group's, not the empty one.</summary>
    public static readonly TextShape Mac = new(
        "a network card's address",
        "six pairs of lower case hexadecimal digits with colons, the first one even and not fe, such as 52:54:00:12:34:56",
        "^(?!00(:00){5}$|fe)[0-9a-f][02468ace](:[0-9a-f]{2}){5}$",
        text =>
            text.Length == 17
            && text != "00:00:00:00:00:00"
            && !text.StartsWith("fe", StringComparison.Ordinal) // the host's ends of cards have that
            && text[1] is '0' or '2' or '4' or '6' or '8' or 'a' or 'c' or 'e'
            && text.Index().All(c => c.Index % 3 == 2 ? c.Item == ':' : char.IsAsciiHexDigitLower(c.Item)),
        text => text.ToLowerInvariant().Replace('-', ':')
    );

    /// <summary>Values that libvirt passes to QEMU.</summary>
    /// <summary>Behind a / a member, where it is a cluster.</summary>
    public static readonly TextShape HypervisorName = new(
        "a name",
        "1 to 63 letters, digits, \".\", \"_\" and \"-\", first a letter or digit; lab/m2 is a member of a cluster",
        "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}(/[A-Za-z0-9][A-Za-z0-9._-]{0,62})?$",
        text => text.Split('/') is { Length: <= 2 } parts && parts.All(IsName),
        text => text.Trim().Replace(' ', '_')
    );

    public static readonly TextShape ModelName = new("a model's name", "letters, digits, \".\", \"_\" and \"-\"", Name.Pattern, IsName);

    public static readonly TextShape LabelValue = new(
        "a label's value",
        "1 to 63 letters, digits, \".\", \"_\" and \"-\", first a letter or digit",
        Name.Pattern,
        IsName
    );

    public static readonly TextShape ProjectId = new(
        "a project's id",
        "1 to 63 letters, digits, \"_\" and \"-\", first a letter or digit",
        "^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$",
        text => text.Length is > 0 and <= 63 && AlphanumericChars.Contains(text[0]) && IsOf(text, IdChars),
        text => text.Trim().Replace(' ', '-').Replace('.', '-')
    );

    public static readonly TextShape Revision = new(
        "a revision",
        "\"auto\", or 1 to 63 letters, digits, \".\", \"_\" and \"-\"",
        "^[A-Za-z0-9._-]{1,63}$",
        text => text.Length is > 0 and <= 63 && IsOf(text, NameChars)
    );

    public static readonly TextShape User = new(
        "a user's name",
        "1 to 32 lower case letters, digits, \"_\" and \"-\", first a letter or \"_\"",
        "^[a-z_][a-z0-9_-]{0,31}$",
        text => text.Length is > 0 and <= 32 && text[0] is (>= 'a' and <= 'z') or '_' && IsOf(text, UserChars),
        text => text.ToLowerInvariant()
    );

    public static readonly TextShape Variable = new(
        "a variable's name",
        "letters, digits and \"_\", not first a digit",
        "^[A-Za-z_][A-Za-z0-9_]{0,62}$",
        text => text.Length is > 0 and <= 63 && text[0] is not (>= '0' and <= '9') && IsOf(text, VariableChars),
        text => text.Replace('-', '_').Replace('.', '_').Replace(' ', '_')
    );

    public static readonly TextShape Group = new(
        "a group's name for Ansible",
        "letters, digits and \"_\", not first a digit, and not all, ungrouped, vms, hypervisors or localhost",
        "^(?!(all|ungrouped|vms|hypervisors|localhost)$)[A-Za-z_][A-Za-z0-9_]{0,62}$",
        text => Variable!.Holds(text) && text is not ("all" or "ungrouped" or "vms" or "hypervisors" or "localhost"),
        text => text.Replace('-', '_').Replace('.', '_').Replace(' ', '_')
    );

    public static readonly TextShape Package = new(
        "a Debian package's name",
        "lower case letters, digits, \"+\", \".\" and \"-\", first a letter or digit",
        "^[a-z0-9][a-z0-9+.-]{1,99}$",
        text => text.Length is > 1 and <= 100 && text[0] is not ('+' or '.' or '-') && IsOf(text, PackageChars),
        text => text.ToLowerInvariant()
    );

    /// <summary>By the guest's own package manager, whichever that is.</summary>
    public static readonly TextShape GuestPackage = new(
        "a package's name",
        "letters, digits and \". _ + : = ~ @ / -\", first a letter, a digit or @",
        "^[A-Za-z0-9@][A-Za-z0-9._+:=~@/-]{0,199}$",
        text =>
            text.Length is > 0 and <= 200
            && (char.IsAsciiLetterOrDigit(text[0]) || text[0] == '@')
            && text.All(c => char.IsAsciiLetterOrDigit(c) || "._+:=~@/-".Contains(c, StringComparison.Ordinal))
    );

    public static readonly TextShape Timezone = new(
        "a time zone",
        "such as Europe/Berlin or UTC",
        "^(?=.{1,100}$)[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$",
        text =>
            text.Length is > 0 and <= 100
            && char.IsAsciiLetter(text[0])
            && text.Split('/').All(part => part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-'))
    );

    public static readonly TextShape Locale = new(
        "a locale",
        "such as de_DE.UTF-8 or C.UTF-8",
        "^(?=.{1,60}$)[A-Za-z]{1,8}(_[A-Z]{2})?([.][A-Za-z0-9-]+)?(@[a-z]+)?$",
        text =>
            text.Length <= 60
            && System.Text.RegularExpressions.Regex.IsMatch(text, @"^[A-Za-z]{1,8}(_[A-Z]{2})?([.][A-Za-z0-9-]+)?(@[a-z]+)?\z")
    );

    public static readonly TextShape Keyboard = new(
        "a word of a keyboard",
        "letters, digits and \"_ , : -\"",
        "^[A-Za-z0-9_,:-]{1,100}$",
        text => text.Length is > 0 and <= 100 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ',' or ':' or '-')
    );

    public static readonly TextShape Suite = new(
        "a Debian release's code name",
        "lower case letters, digits and \"-\", such as bookworm",
        "^[a-z][a-z0-9-]{1,31}$",
        text => text.Length is > 1 and <= 32 && text[0] is >= 'a' and <= 'z' && IsOf(text, LabelChars),
        text => text.ToLowerInvariant()
    );

    public static readonly TextShape LibvirtUri = new(
        "a libvirt URI",
        "such as qemu:///system, qemu+ssh://user@host/system, lxd://, lxd:///path/unix.socket or lxd://host:8443; parameters are separated by \";\"",
        "^[a-z][a-z0-9+.-]*://[A-Za-z0-9._~:/?@%=;,+\\[\\]-]*$",
        text =>
            text.Length <= 500
            && text.IndexOf("://", StringComparison.Ordinal) is > 0 and var end
            && text[0] is >= 'a' and <= 'z'
            && IsOf(text.AsSpan(0, end), PackageChars)
            && IsOf(text.AsSpan(end), UriChars),
        text => text.Replace('&', ';')
    );

    public static readonly TextShape Url = new(
        "an address",
        "http:// or https:// and a host, no login, no white space, no quotation marks",
        "^https?://[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?(/[A-Za-z0-9._~:/?@%=;,+&-]*)?$",
        IsUrl,
        text => text.StartsWith("//", StringComparison.Ordinal) ? "https:" + text : "https://" + text
    );

    public static readonly TextShape ImageUrl = new(
        "an address",
        "http://, https:// or ftp:// and a host, no login, no white space, no quotation marks; a file of this host is named by file: PATH",
        "^(https?|ftp)://[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?(/[A-Za-z0-9._~:/?@%=;,+&-]*)?$",
        text => IsUrl(text) || (Rest(text, "ftp://") is { } rest && IsUrl("http://" + rest)),
        text => text.StartsWith("//", StringComparison.Ordinal) ? "https:" + text : "https://" + text
    );

    public static readonly TextShape Mirror = new(
        "a mirror's address",
        "http:// or https:// and a host, or file:// and a full path; no login, no white space, no quotation marks",
        "^(https?://[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?(/[A-Za-z0-9._~:/?@%=;,+&-]*)?|file:///[A-Za-z0-9._/@+-]*)$",
        text => IsUrl(text) || (text.Length <= 2000 && Rest(text, "file:///") is { } path && IsOf(path, PathChars)),
        text => text.StartsWith('/') ? "file://" + text : "https://" + text
    );

    public static readonly TextShape CatalogFile = new(
        "a file or an address",
        "one line of text, of at most 1000 characters; an address begins with http://, https:// or ftp://, and may have \". _ ~ : / ? @ % = ; , + & -\"",
        "^(?=(https?|ftp)://[A-Za-z0-9._~:/?@%=;,+&-]*$|(?!.*://))[^\\x00-\\x1F\\x7F]{1,1000}$",
        text =>
            IsLine(text) && (CatalogueReader.IsAddress(text) ? IsOf(text, AddressChars) : !text.Contains("://", StringComparison.Ordinal)),
        WithoutScheme
    );

    public static readonly TextShape Mount = new(
        "a mount point",
        "an absolute path below /, of letters, digits, \".\", \"_\", \"@\", \"+\" and \"-\", without \"..\"",
        "^(/(?!\\.{1,2}(/|$))[A-Za-z0-9._@+-]+)+$",
        text => text.Length <= 200 && text is ['/', _, ..] && IsOf(text, PathChars) && HasProperParts(text),
        text => "/" + text.Trim('/')
    );

    public static readonly TextShape Glob = new(
        "an absolute pattern of files",
        "such as /var/tmp/results/**, without \"..\", of letters, digits, spaces and \". _ / @ + , : = ~ -\"; write \"?\" for any other character",
        "^(/(?!\\.{1,2}(/|$))[A-Za-z0-9._@+,:=~ *?\\[\\]-]+)+$",
        text => text.Length <= 500 && text is ['/', _, ..] && IsOf(text, GlobChars) && HasProperParts(text),
        text => text.StartsWith("~/", StringComparison.Ordinal) ? "/root" + text[1..].TrimEnd('/') : "/" + text.Trim('/')
    );

    /// <summary>
    /// A path on this machine; relative ones start at the farm file. Its folder may have any name, so whoever uses a path copes with every
    /// character.
    /// </summary>
    public static readonly TextShape HostPath = new(
        "a path",
        "one line of text, of at most 1000 characters, without file://",
        "^(?!file://)[^\\x00-\\x1F\\x7F]{1,1000}$",
        text => IsLine(text) && !text.StartsWith(FileScheme, StringComparison.Ordinal),
        WithoutScheme
    );

    const string FileScheme = "file://";

    static string WithoutScheme(string text) => Rest(text, FileScheme) ?? text;

    /// <summary>A path on a hypervisor.</summary>
    public static readonly TextShape AbsolutePath = new(
        "an absolute path",
        "a slash, then letters, digits, spaces and \". _ / @ + , : = ~ -\"",
        "^/[A-Za-z0-9._/@+,:=~ -]{1,500}$",
        text => text.Length is > 1 and <= 501 && text[0] == '/' && IsOf(text, FileChars)
    );

    /// <summary>For <c>sh</c> on this host.</summary>
    public static readonly TextShape CommandLine = new(
        "a command",
        "one line of text, of at most 1000 characters",
        "^[^\\x00-\\x1F\\x7F]{1,1000}$",
        IsLine
    );

    public static readonly TextShape Sha256 = Hex("a SHA-256", 64);

    public static readonly TextShape Sha512 = Hex("a SHA-512", 128);

    /// <summary>The nearest text that may be a DNS label.</summary>
    public static string ToLabel(string text) =>
        text.Trim().ToLowerInvariant().Replace('_', '-').Replace(' ', '-').Replace('.', '-').Trim('-');

    static bool IsLine(string text) => text.Length is > 0 and <= 1000 && !text.Any(c => c is < ' ' or '\x7f');

    public static bool IsName(string text) => text.Length is > 0 and <= 63 && AlphanumericChars.Contains(text[0]) && IsOf(text, NameChars);

    static TextShape Hex(string type, int length) =>
        new(type, $"{length} hexadecimal digits", $"^[0-9A-Fa-f]{{{length}}}$", text =>
            text.Length == length && text.All(char.IsAsciiHexDigit)
        );

    static bool IsOf(ReadOnlySpan<char> text, SearchValues<char> chars) => !text.ContainsAnyExcept(chars);

    static string? Rest(string text, string start) => text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : null;

    static bool IsUrl(string text)
    {
        if (text.Length > 2000 || (Rest(text, "http://") ?? Rest(text, "https://")) is not { } rest)
            return false;

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? rest : rest[..slash];
        var colon = host.IndexOf(':', StringComparison.Ordinal);
        var port = colon < 0 ? "0" : host[(colon + 1)..];
        return port.Length is > 0 and <= 5
            && port.All(char.IsAsciiDigit)
            && (colon < 0 ? host : host[..colon]).Split('.').All(label => label.Length > 0 && IsOf(label, HostChars))
            && (slash < 0 || IsOf(rest.AsSpan(slash), UrlChars))
            && Uri.TryCreate(text, UriKind.Absolute, out _);
    }

    static bool HasProperParts(string path) => path.Split('/')[1..].All(part => part is not ("" or "." or ".."));
}
