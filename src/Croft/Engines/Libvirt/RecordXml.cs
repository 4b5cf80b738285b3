using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Xml.Linq;
using Croft.Farms;

namespace Croft.Engines.Libvirt;

/// <summary>
/// Croft's element in a domain's metadata. The volumes of disks, seed and UEFI variables are not in it: the domain itself names them, and
/// they change. Of disks, their names and declared sizes are.
/// </summary>
static class RecordXml
{
    public const string Namespace = "https://croft.dev/xmlns/1";
    public const string Prefix = "croft";

    /// <summary>Writes the element with its namespace, for a definition, or without, as libvirt wants metadata that is set alone.</summary>
    public static XElement Write(MachineRecord record, XNamespace ns) =>
        new(
            ns + "machine",
            ns == XNamespace.None ? null : new XAttribute(XNamespace.Xmlns + Prefix, ns.NamespaceName),
            new XAttribute("farm", record.Farm),
            new XAttribute("owner", record.Owner),
            new XAttribute("folder", record.Folder),
            new XAttribute("name", record.Name),
            new XAttribute("platform", record.Platform),
            new XAttribute("target", record.Target),
            new XAttribute("user", record.User),
            new XAttribute("hardware", record.HardwareDigest),
            new XAttribute("disks", record.DiskDigest),
            new XAttribute("run", record.Run),
            ClaimOf(record.Claim),
            record.IsStarting ? new XAttribute("starting", true) : null,
            record.IsForking ? new XAttribute("forking", true) : null,
            record.Autostart is { } autostart ? new XAttribute("autostart", autostart) : null,
            record.Made is { } made ? new XAttribute("made", Text(made)) : null,
            record.HardwareVersion == 0 ? null : new XAttribute("version", record.HardwareVersion),
            record.Keys is null ? null : new XAttribute("keys", record.Keys),
            record.InUse is null ? null : new XAttribute("held", record.InUse),
            new XElement(ns + "hostkey", record.HostKey),
            LoginOf(record.Login, ns),
            DisksOf(record.AllDisks, ns),
            NicsOf(record.Nics, ns)
        );

    static IEnumerable<XAttribute?> ClaimOf(MachineClaim? claim) =>
        claim is null
            ? []
            : [new("claims", Text(claim.Began)), new("claimed", Text(claim.Written)), claim.IsFirst ? new("first", true) : null];

    static IEnumerable<XElement> NicsOf(IEnumerable<Nic> nics, XNamespace ns) =>
        nics.Select(nic => new XElement(
            ns + "nic",
            new XAttribute("network", nic.Network),
            nic.Bridge is null ? null : new XAttribute("source", nic.Bridge),
            nic.Source == NicSource.Network ? null : new XAttribute("kind", nic.Source.ToString().ToLowerInvariant()),
            nic.Model is null ? null : new XAttribute("model", nic.Model),
            new XAttribute("mac", nic.Mac),
            nic.Address is null ? null : new XAttribute("address", nic.Address),
            nic.Port is null ? null : new XAttribute("port", nic.Port),
            nic.Address6 is null ? null : new XAttribute("address6", nic.Address6),
            nic.Forwards.Length == 0 ? null : new XAttribute("forwards", nic.Forwards),
            nic.IsClosed ? new XAttribute("closed", true) : null,
            nic.Filter is null ? null : new XAttribute("filter", nic.Filter)
        ));

    static IEnumerable<XElement> DisksOf(IEnumerable<DiskVolume> disks, XNamespace ns) =>
        disks.Select(disk => new XElement(
            ns + "disk",
            new XAttribute("name", disk.Disk),
            disk.Size is { } size ? new XAttribute("size", size) : null
        ));

    /// <summary>
    /// Reads a machine's record from its domain: the element, and the disks as they really are. Null when there is no element, or it is
    /// damaged.
    /// </summary>
    public static MachineRecord? Read(XElement domain)
    {
        if (domain.Element("metadata")?.Element(XName.Get("machine", Namespace)) is not { } machine)
            return null;
        var (disks, detached) = DisksOf(domain, Children("disk"));
        return Text("farm") is { } farm && Text("owner") is { } owner && Text("name") is { } name
            ? new MachineRecord
            {
                Farm = farm,
                Owner = owner,
                Folder = Text("folder") ?? "",
                Name = name,
                Platform = Text("platform") ?? "",
                Target = Text("target") ?? "",
                User = Text("user") ?? "root",
                HardwareDigest = Text("hardware") ?? "",
                DiskDigest = Text("disks") ?? "",
                Run = Text("run") ?? "",
                InUse = Text("held"),
                HostKey = Children("hostkey").FirstOrDefault()?.Value ?? "",
                Seed = SeedOf(domain, new(farm, name)),
                Nics = [.. Children("nic").Select(ReadNic)],
                Disks = disks,
                Detached = detached,
                Nvram = OwnNvram(domain, new(farm, name)),
                Claim = Time(Text("claims")) is { } began ? new(began, Time(Text("claimed")) ?? began, Text("first") is not null) : null,
                IsStarting = Text("starting") is not null,
                IsForking = Text("forking") is not null,
                Autostart = Text("autostart") is { } autostart ? autostart == "true" : null,
                Made = Time(Text("made")),
                Keys = Text("keys"),
                Login = LoginOf(Children("login").FirstOrDefault()),
                HardwareVersion = (int?)machine.Attribute("version") ?? 0,
            }
            : null;

        IEnumerable<XElement> Children(string name) => machine.Elements().Where(e => e.Name.LocalName == name);
        string? Text(string name) => (string?)machine.Attribute(name);
    }

    /// <summary>The disks that a machine has, and those that it is declared with and has not.</summary>
    /// <param name="names">What its record says of them.</param>
    static (ImmutableArray<DiskVolume> Disks, ImmutableArray<DiskVolume> Detached) DisksOf(XElement domain, IEnumerable<XElement> names)
    {
        var declared = names
            .Select(d => new DiskVolume((string?)d.Attribute("name") ?? "", "") { Size = (long?)d.Attribute("size") })
            .ToList();
        var disks = domain
            .Descendants("disk")
            .Where(disk => DomainXml.IsOwn(disk) && DomainXml.Names(disk).Target != DomainXml.SeedTarget)
            .Select(ReadDisk)
            .ToList();
        return (
            [.. disks.Select(disk => disk with { Size = declared.FirstOrDefault(d => d.Disk == disk.Disk)?.Size })],
            [.. declared.ExceptBy(disks.Select(disk => disk.Disk), d => d.Disk)]
        );
    }

    /// <summary>A disk that is only read, or a CD.</summary>
    static string SeedOf(XElement domain, MachineId machine) =>
        domain
            .Descendants("disk")
            .Select(disk => DomainXml.Names(disk).Volume)
            .FirstOrDefault(volume => volume.StartsWith($"{machine}.{Volumes.SeedName}.", StringComparison.Ordinal))
        ?? "";

    static string? OwnNvram(XElement domain, MachineId machine) =>
        DomainXml.NvramOf(domain) is { } nvram && nvram.StartsWith(Volumes.PrefixOf(machine), StringComparison.Ordinal) ? nvram : null;

    static DiskVolume ReadDisk(XElement disk)
    {
        var (volume, format) = (DomainXml.Names(disk).Volume, (string?)disk.Element("driver")?.Attribute("type"));
        return new((string?)disk.Element("serial") ?? "", volume) { Format = format == Volumes.FormatOf(volume) ? null : format };
    }

    static Nic ReadNic(XElement nic) =>
        new Nic(
            (string?)nic.Attribute("network") ?? "",
            (string?)nic.Attribute("source"),
            (string?)nic.Attribute("mac") ?? "",
            IPAddress.TryParse((string?)nic.Attribute("address"), out var address) ? address : null,
            (int?)nic.Attribute("port")
        )
        {
            Source = Enum.TryParse<NicSource>((string?)nic.Attribute("kind"), ignoreCase: true, out var source)
                ? source
                : NicSource.Network,
            Model = (string?)nic.Attribute("model"),
            Address6 = IPAddress.TryParse((string?)nic.Attribute("address6"), out var second) ? second : null,
            Forwards = (string?)nic.Attribute("forwards") ?? "",
            IsClosed = nic.Attribute("closed") is not null,
            Filter = (string?)nic.Attribute("filter"),
        };

    /// <summary>Where the secrets are found, and none of them; null where all is as usual.</summary>
    static XElement? LoginOf(LoginSpec login, XNamespace ns) =>
        login == new LoginSpec()
            ? null
            : new(
                ns + "login",
                new XAttribute("connection", login.Connection),
                new XAttribute("port", login.Port),
                login.Password is { } password ? new XAttribute("password", password) : null,
                login.Become is { } become ? new XAttribute("become", become.Method) : null,
                login.Become?.Password is { } root ? new XAttribute("becomes", root) : null
            );

    static LoginSpec LoginOf(XElement? login) =>
        login is null
            ? new()
            : new(
                Enum.TryParse<ConnectionKind>((string?)login.Attribute("connection"), out var kind) ? kind : ConnectionKind.Ssh,
                (int?)login.Attribute("port") ?? LoginSpec.SshPort
            )
            {
                Password = SecretSpec.Parse((string?)login.Attribute("password")),
                Become = Enum.TryParse<BecomeMethod>((string?)login.Attribute("become"), out var method)
                    ? new(method, SecretSpec.Parse((string?)login.Attribute("becomes")))
                    : null,
            };

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    public static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
