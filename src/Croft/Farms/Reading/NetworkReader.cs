using System.Collections.Immutable;
using System.Net;

namespace Croft.Farms.Reading;

/// <summary>The farm's networks: one NAT network named <c>default</c> when none is declared.</summary>
sealed partial class NetworkReader(string farm, string folder, bool session, ProblemList problems)
{
    /// <summary>Frames of IPv6, by RFC 8200.</summary>
    const int LeastOfSix = 1280;

    readonly NetworkFiles files = new(folder, problems);

    readonly Dictionary<string, NetworkSpec> byName = new(StringComparer.Ordinal);

    readonly HashSet<string> broken = new(StringComparer.Ordinal);

    public ImmutableArray<NetworkSpec> All { get; private set; } = [];

    /// <summary>Whether the network's subnet was written but could not be read: nothing can be said about its addresses then.</summary>
    public bool IsBroken(string name) => broken.Contains(name);

    public NetworkSpec? Find(string name) => byName.GetValueOrDefault(name);

    public ICollection<string> Names => byName.Keys;

    public void Read(ImmutableArray<Named<MapReading>> declared)
    {
        All = declared.IsEmpty ? [new NetworkSpec("default", DefaultMode, null, true, null, null)] : [.. declared.Select(Read)];
        foreach (var network in All)
            byName.TryAdd(network.Name, network);

        CheckOverlaps(declared);
    }

    /// <summary>Whoever writes one of these means a network that machines share.</summary>
    static IEnumerable<Field> MadeKeys => [NetworkKeys.Cidr, NetworkKeys.Dhcp, NetworkKeys.Shared, .. NetworkKeys.Options];

    NetworkMode DefaultMode => session ? NetworkMode.User : NetworkMode.Nat;

    NetworkSpec Read(Named<MapReading> named)
    {
        var map = named.Value;
        var shared = map.Get(NetworkKeys.Shared);
        if (shared is not null && shared.StartsWith(farm + ".", StringComparison.Ordinal))
            problems.Add(
                map.NodeOf(NetworkKeys.Shared),
                $"{Words.Quote(shared)} is of this farm itself",
                "name another farm's network, or leave shared out"
            );

        foreach (
            var field in new Field[] { NetworkKeys.Mode, NetworkKeys.Cidr, NetworkKeys.Dhcp }.Where(f => shared is not null && map.Has(f))
        )
            problems.Add(map.NodeOf(field), $"the farm that owns {Words.Quote(shared!)} says its {field.Name}", $"leave {field.Name} out");

        if (IsUnread(map, NetworkKeys.Cidr) || IsUnread(map, NetworkKeys.Mode))
            broken.Add(named.Name);

        var mode = map.Maybe(NetworkKeys.Mode) ?? (MadeKeys.Any(map.Has) ? NetworkMode.Nat : DefaultMode);
        var network = new NetworkSpec(named.Name, mode, map.Maybe(NetworkKeys.Cidr), map.Maybe(NetworkKeys.Dhcp) ?? true, shared, named.At)
        {
            Source = IsUnread(map, NetworkKeys.Mode) ? null : SourceOf(map, mode),
            Zone = map.Get(NetworkKeys.Domain),
            Filter = map.Get(NetworkKeys.Filter),
        };
        CheckOwn(map, mode);
        CheckDomain(map);
        return network with
        {
            Options = Options(map, network),
            Define = mode == NetworkMode.Existing ? files.Definition(map, network.Source) : null,
        };
    }

    void CheckOwn(MapReading map, NetworkMode mode)
    {
        if (map.Has(NetworkKeys.Define) && mode != NetworkMode.Existing)
            problems.Add(
                map.NodeOf(NetworkKeys.Define),
                "define goes with mode: existing",
                "write that mode; or template: FILE for what a network that Croft makes has besides"
            );
        if (map.Has(NetworkKeys.Filter) && mode is NetworkMode.User or NetworkMode.Direct or NetworkMode.Vde or NetworkMode.Tap)
            problems.Add(
                map.NodeOf(NetworkKeys.Filter),
                $"libvirt filters no cards of mode: {mode.ToString().ToLowerInvariant()}",
                "leave filter out, or write mode: nat, isolated, routed, bridge or existing"
            );
    }

    void CheckDomain(MapReading map)
    {
        if (map.Get(NetworkKeys.Domain) is { } domain && Rules.LackOfDomain(domain) is { } lack)
            problems.Add(
                map.NodeOf(NetworkKeys.Domain),
                $"{Words.Quote(domain)} {lack}",
                "a domain of your own, such as lab.example; or leave domain out"
            );
        if (map.Get(NetworkKeys.Dns) is not { } dns)
            return;
        var records = dns.Items(DnsKeys.Records).Select(r => (r.Name, r.Node));
        foreach (var (name, node) in records.Concat(dns.Items(DnsKeys.Wildcards).Select(w => (w.Name, w.Node))))
        {
            if (Rules.LackOfDomain(name) is { } wrong)
                problems.Add(node, $"{Words.Quote(name)} {wrong}", "another name");
        }
    }

    NetworkOptions Options(MapReading map, NetworkSpec network)
    {
        if (network.Shared is not null || !network.IsMade)
            foreach (var field in NetworkKeys.Options.Where(map.Has))
                problems.Add(
                    map.NodeOf(field),
                    $"{field.Name} is for networks that this farm makes",
                    $"leave {field.Name} out, or write mode: nat, isolated or routed"
                );
        if (map.Has(NetworkKeys.NatPorts) && network.Mode is NetworkMode.Isolated or NetworkMode.Routed or NetworkMode.Vde)
            problems.Add(map.NodeOf(NetworkKeys.NatPorts), "nat_ports goes with mode: nat", "leave nat_ports out");
        CheckRanges(map);
        CheckForwarders(map);
        var dns = map.Get(NetworkKeys.Dns);
        return new()
        {
            Mtu = map.Maybe(NetworkKeys.Mtu),
            Ipv6 = map.Maybe(NetworkKeys.Ipv6),
            Range = map.Maybe(NetworkKeys.Range),
            Range6 = map.Maybe(NetworkKeys.Range6),
            NatPorts = map.Maybe(NetworkKeys.NatPorts),
            Template = files.Template(map, network.Mode),
            Pxe = PxeOf(map),
            Forwarders = [.. dns?.Items(DnsKeys.Forwarders).Select(f => f.Value) ?? []],
            Records = [.. dns?.Items(DnsKeys.Records).Select(r => (r.Name, r.Value)) ?? []],
            Wildcards = [.. dns?.Items(DnsKeys.Wildcards).Select(w => (w.Name, w.Value.ToString())) ?? []],
        };
    }

    PxeSpec? PxeOf(MapReading map)
    {
        if (map.Get(NetworkKeys.Pxe) is not { } pxe || pxe.Get(PxeKeys.Root) is not { } written)
            return null;
        var root = Path.GetFullPath(written, folder);
        var file = pxe.Get(PxeKeys.File) ?? PxeKeys.Usual.FirstOrDefault(name => File.Exists(Path.Combine(root, name)));
        if (map.Maybe(NetworkKeys.Dhcp) == false)
            problems.Add(map.NodeOf(NetworkKeys.Pxe), "machines hear of pxe by DHCP, which is off here", "leave dhcp or pxe out");
        if (map.Maybe(NetworkKeys.Cidr) is { } cidr && Ip.IsSix(cidr.BaseAddress))
            problems.Add(map.NodeOf(NetworkKeys.Pxe), "pxe is given out by IPv4", "give cidr an IPv4 subnet, and ipv6 the other");
        if (!Directory.Exists(root))
            problems.Add(pxe.NodeOf(PxeKeys.Root), $"there is no folder {root}", "put the files in it that machines boot from");
        else if (file is null || !File.Exists(Path.Combine(root, file)))
            problems.Add(
                pxe.NodeOf(file is null ? PxeKeys.Root : PxeKeys.File),
                file is null ? $"{root} has no file of the usual names" : $"{root} has no file {file}",
                "file: names what machines load first, such as boot.ipxe"
            );
        return new(root, file ?? PxeKeys.Usual[0]);
    }

    void CheckRanges(MapReading map)
    {
        var cidr = map.Maybe(NetworkKeys.Cidr);
        var isSix = cidr is { } subnet && Ip.IsSix(subnet.BaseAddress);
        if (map.Has(NetworkKeys.Ipv6) && isSix)
            problems.Add(map.NodeOf(NetworkKeys.Ipv6), "cidr is an IPv6 subnet already", "leave ipv6 out, or give cidr an IPv4 subnet");
        if (map.Maybe(NetworkKeys.Mtu) is < LeastOfSix && (isSix || map.Has(NetworkKeys.Ipv6)))
            problems.Add(map.NodeOf(NetworkKeys.Mtu), $"IPv6 needs frames of at least {LeastOfSix} bytes", $"mtu: {LeastOfSix} or more");
        if (map.Has(NetworkKeys.Range) && map.Maybe(NetworkKeys.Dhcp) == false)
            problems.Add(map.NodeOf(NetworkKeys.Range), "a range is given by DHCP, which is off here", "leave range or dhcp out");
        CheckRange(map, NetworkKeys.Range, NetworkKeys.Cidr, cidr, "10.80.0.0/24");
        CheckRange(map, NetworkKeys.Range6, NetworkKeys.Ipv6, map.Maybe(NetworkKeys.Ipv6), "fd00:80::/64");
    }

    void CheckRange(MapReading map, Field<AddressRange> key, Field<IPNetwork> within, IPNetwork? subnet, string example)
    {
        if (map.Maybe(key) is not { } range)
            return;
        if (subnet is not { } cidr)
        {
            if (!IsUnread(map, within))
                problems.Add(
                    map.NodeOf(key),
                    $"a {key.Name} needs {(within == NetworkKeys.Cidr ? "a cidr" : "an ipv6")} that it is in",
                    $"such as {within.Name}: {example}"
                );
        }
        else if (
            Ip.IsSix(range.First) != Ip.IsSix(cidr.BaseAddress)
            || Ip.ToNumber(range.First) < Ip.First(cidr) + 2
            || Ip.ToNumber(range.Last) >= Ip.Last(cidr)
        )
            problems.Add(
                map.NodeOf(key),
                $"{range} is not for guests of {cidr}",
                $"from {Ip.ToAddress(Ip.First(cidr) + 2, cidr.BaseAddress)} to {Ip.ToAddress(Ip.Last(cidr) - 1, cidr.BaseAddress)}"
            );
    }

    /// <summary>What an outside network is on the hypervisor; what does not go with its mode is reported.</summary>
    string? SourceOf(MapReading map, NetworkMode mode)
    {
        foreach (var (other, key) in NetworkKeys.Sources.Where(s => s.Key != mode && map.Has(s.Value)))
            problems.Add(
                map.NodeOf(key),
                $"{key.Name} goes with mode: {other.ToString().ToLowerInvariant()}",
                $"write that mode, or leave {key.Name} out"
            );

        if (map.Has(NetworkKeys.Vde) && mode != NetworkMode.Vde)
            problems.Add(map.NodeOf(NetworkKeys.Vde), "vde goes with mode: vde", "write that mode, or leave vde out");
        var word = mode.ToString().ToLowerInvariant();
        var isOthers =
            mode == NetworkMode.Vde ? map.Get(NetworkKeys.Vde)?.Has(NetworkKeys.Socket) == true : NetworkKeys.Sources.ContainsKey(mode);
        foreach (var field in new Field[] { NetworkKeys.Cidr, NetworkKeys.Dhcp }.Where(f => isOthers && map.Has(f)))
            problems.Add(
                map.NodeOf(field),
                $"a network of mode: {word}{(mode == NetworkMode.Vde ? " with a socket" : "")} has addresses that others decide",
                $"leave {field.Name} out"
            );

        foreach (var field in new Field[] { NetworkKeys.Cidr, NetworkKeys.Dhcp }.Where(f => mode == NetworkMode.User && map.Has(f)))
            problems.Add(
                map.NodeOf(field),
                "QEMU decides the addresses of a user network, which each machine has for itself",
                $"leave {field.Name} out, or write mode: nat"
            );

        if (!NetworkKeys.Sources.TryGetValue(mode, out var own))
            return mode == NetworkMode.Vde ? map.Get(NetworkKeys.Vde)?.Get(NetworkKeys.Socket) : null;

        if (!map.Has(own) && !IsUnread(map, own))
            problems.Add(map.NodeOf(NetworkKeys.Mode), $"mode: {word} needs the key {own.Name}", $"such as {own.Name}: {ExampleOf(mode)}");

        return map.Get(own);
    }

    static string ExampleOf(NetworkMode mode) =>
        mode switch
        {
            NetworkMode.Bridge => "br0",
            NetworkMode.Direct => "eth0",
            NetworkMode.Tap => "tap0",
            _ => "default",
        };

    static bool IsUnread(MapReading map, Field field) =>
        !map.Has(field)
        && map.Node is YamlMap node
        && node.Entries.Any(entry => entry.Key == field.Name && entry.Value is not YamlScalar { IsNull: true });

    void CheckOverlaps(ImmutableArray<Named<MapReading>> declared)
    {
        List<(string Name, IPNetwork Cidr, YamlNode Node)> before = [];
        foreach (var (name, _, _, map) in declared.Where(d => d.Value.Maybe(NetworkKeys.Mode) != NetworkMode.User))
        foreach (var key in new[] { NetworkKeys.Cidr, NetworkKeys.Ipv6 })
        {
            if (map.Maybe(key) is not { } cidr)
                continue;

            var node = map.NodeOf(key);
            var other = before.FirstOrDefault(other => other.Cidr.Contains(cidr.BaseAddress) || cidr.Contains(other.Cidr.BaseAddress));
            if (other.Node is not null)
                problems.Add(node, $"{cidr} overlaps network {Words.Quote(other.Name)}, {other.Cidr} at {other.Node.At}");

            before.Add((name, cidr, node));
        }
    }
}
