using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Xml.Linq;
using Croft.Farms;
using Croft.Libvirt;

namespace Croft.Engines.Libvirt;

sealed partial class LibvirtHost
{
    const string KvmDevice = "/dev/kvm";

    /// <summary>A host that knows its own name says so at once.</summary>
    static readonly TimeSpan NameTime = TimeSpan.FromSeconds(2);

    public async Task<HypervisorState> ObserveAsync(ImmutableArray<string> firmwareFor, CancellationToken cancel)
    {
        var machines = ListMachinesAsync(cancel);
        var networks = ListNetworksAsync(cancel);
        var volumes = ListVolumesAsync(cancel);
        var host = CallAsync("reading what the host can do", ReadHost, cancel);
        var here = IsHere;
        var addresses = here ? LocalHost.Addresses() : [];
        int[] ports = here ? [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(e => e.Port)] : [];
        var unknownName = here ? UnknownHostNameAsync(cancel) : Task.FromResult<string?>(null);
        var (node, capabilities, version, devices, filters) = await host;
        var types = VirtTypes(capabilities);
        return new HypervisorState
        {
            Name = Name,
            Id = (string?)capabilities.Element("host")?.Element("uuid") ?? "",
            Unreachable = null,
            Version = version,
            VirtTypes = types,
            Vcpus = (int)node.Cpus,
            Memory = (long)node.MemoryKiB * 1024,
            Machines = await WithLostAsync(await machines, await volumes, cancel),
            Networks = WithMute(await networks),
            States = [.. (await volumes).Select(Volumes.StateOf).OfType<StateId>()],
            Addresses = addresses,
            BusyPorts = [.. ports],
            HostNameUnknown = await unknownName,
            KvmClosed = here && !IsSession && IsKvmClosed(capabilities),
            Boot = firmwareFor.IsEmpty
                ? null
                : await CallAsync("reading how machines can boot", () => ObserveBoot(types.Keys.Intersect(firmwareFor)), cancel),
            Devices = here ? [.. LocalHost.Devices(), .. devices ?? []] : devices,
            Kinds = here ? LocalHost.Kinds() : null,
            Filters = filters,
            Routes = here ? LocalHost.Routes() : [],
            Uplink = here ? LocalHost.Uplink() : null,
        };
    }

    (
        NodeInfo Node,
        XElement Capabilities,
        string Version,
        ImmutableHashSet<string>? Devices,
        ImmutableHashSet<string>? Filters
    ) ReadHost() =>
        (
            connection.NodeInfo(),
            XElement.Parse(connection.CapabilitiesXml()),
            $"libvirt {connection.LibvirtVersion}, QEMU {connection.HypervisorVersion}",
            Devices(),
            Filters()
        );

    public async Task<HypervisorState> ObserveRoomAsync(CancellationToken cancel)
    {
        var machines = ListMachinesAsync(cancel);
        var node = await CallAsync("asking for its size", connection.NodeInfo, cancel);
        return HypervisorState.Silent(Name, "") with
        {
            Unreachable = null,
            Vcpus = (int)node.Cpus,
            Memory = (long)node.MemoryKiB * 1024,
            Machines = await machines,
        };
    }

    public async Task<ImmutableArray<MachineState>> ListMachinesAsync(CancellationToken cancel)
    {
        var machines = await CallAsync("listing machines", ObserveMachines, cancel);
        return machines.Any(IsSeen)
            ? [.. await Task.WhenAll(machines.Select(async m => IsSeen(m) ? m with { Record = await SeeAsync(m.Record!, cancel) } : m))]
            : machines;

        static bool IsSeen(MachineState machine) =>
            machine.Power == PowerState.Running && machine.Record is { } record && record.Nics.Any(n => n.IsOutside);
    }

    ImmutableArray<MachineState> ObserveMachines()
    {
        var states = connection.AllDomainStats(DomainStatsTypes.State).ToDictionary(d => d.Uuid, d => d.State); // one request for all
        var machines = OfDomains(domain => Observe(domain, states.TryGetValue(domain.Uuid, out var state) ? state : domain.State));
        var forgotten = OfDomains(domain => domain.Uuid, DomainListFlags.Transient).ToHashSet(); // run without a definition
        return
        [
            .. machines
                .Select(m => m with { IsForgotten = m.Record is not null && forgotten.Contains(m.Uuid) })
                .OrderBy(m => m.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>What is read of each domain; one that goes away while the list is read is left out.</summary>
    List<T> OfDomains<T>(Func<LibvirtDomain, T> read, DomainListFlags which = DomainListFlags.All)
    {
        var found = new List<T>();
        foreach (var domain in connection.Domains(which))
        {
            using (domain)
            {
                try
                {
                    found.Add(read(domain));
                }
                catch (LibvirtException e) when (e.Code == LibvirtError.NoDomain) { }
            }
        }

        return found;
    }

    MachineState Observe(LibvirtDomain domain, DomainState state)
    {
        var power = state switch
        {
            DomainState.Running or DomainState.Blocked or DomainState.ShuttingDown => PowerState.Running,
            DomainState.Paused or DomainState.PMSuspended => PowerState.Paused,
            DomainState.Crashed => PowerState.Crashed,
            _ => PowerState.Off,
        };
        var xml = XElement.Parse(domain.Xml());
        var record = RecordXml.Read(xml);
        var isNamed = record is null || domain.Name == record.Id.ToString();
        // virt-clone copies the record to a machine with a uuid of its own; virsh domrename keeps both.
        var isCopy = !isNamed && domain.Uuid != record!.Id.Uuid;
        return new(domain.Name, domain.Uuid, power, DomainXml.VcpusOf(xml), DomainXml.MemoryOf(xml), isCopy ? null : record)
        {
            IsSaved = record is not null && power == PowerState.Off && domain.HasManagedSave,
            Lacks = isCopy || record is null ? [] : [.. DomainXml.LacksOf(xml, record).Union(StoredLacksOf(domain, power))],
            NameCure = isNamed || isCopy ? null : $"virsh -c {connection.Uri} domrename {ShellWord.Pasted(domain.Name)} {record!.Id}",
        };
    }

    /// <summary>What a machine that is on will lack when it starts the next time.</summary>
    static IEnumerable<string> StoredLacksOf(LibvirtDomain domain, PowerState power)
    {
        if (power is not (PowerState.Running or PowerState.Paused))
            return [];
        var xml = XElement.Parse(domain.Xml(DomainXmlFlags.Inactive));
        return RecordXml.Read(xml) is { } record ? DomainXml.LacksOf(xml, record) : [];
    }

    /// <summary>Names the disks of machines whose files are gone. What libvirt does not know may be newer than its last look.</summary>
    async Task<ImmutableArray<MachineState>> WithLostAsync(
        ImmutableArray<MachineState> machines,
        IReadOnlyList<string> volumes,
        CancellationToken cancel
    )
    {
        if (!Lost(volumes).Any(m => !m.Lost.IsEmpty))
            return machines;
        await LookAgainAsync(cancel);
        return [.. Lost(await ListVolumesAsync(cancel))];

        IEnumerable<MachineState> Lost(IEnumerable<string> there)
        {
            var names = there.ToHashSet(StringComparer.Ordinal);
            return machines.Select(m => m.Record is null ? m : m with { Lost = [.. LostOf(m.Record, names)] });
        }
    }

    /// <summary>A file elsewhere, or under another name, is somebody else's matter.</summary>
    static IEnumerable<string> LostOf(MachineRecord record, HashSet<string> volumes) =>
        record
            .Disks.Where(d => Volumes.IsDiskOf(record.Id, d.Disk, d.Volume) && !volumes.Contains(d.Volume))
            .Concat(record.Detached.Where(d => Volumes.LastNumber(record.Id, d.Disk, volumes) < 0))
            .Select(d => d.Disk);

    public Task<ImmutableArray<NetworkState>> ListNetworksAsync(CancellationToken cancel) =>
        CallAsync("listing networks", ObserveNetworks, cancel);

    ImmutableArray<NetworkState> ObserveNetworks()
    {
        var networks = ImmutableArray.CreateBuilder<NetworkState>();
        foreach (var network in connection.Networks())
        {
            using (network)
            {
                try
                {
                    var state = NetworkXml.Read(network.Xml(inactive: true), network.IsActive ? network.Xml(inactive: false) : null);
                    networks.Add(
                        switches is not null && state.Farm is not null && (IsSession || state.Mode == NetworkMode.Vde)
                            ? state with
                            {
                                Active = switches.Answers(state.Name),
                            }
                            : state
                    );
                }
                catch (LibvirtException e) when (e.Code == LibvirtError.NoNetwork)
                {
                    // It went away while the list was read.
                }
            }
        }

        return [.. networks.OrderBy(n => n.Name, StringComparer.Ordinal)];
    }

    /// <summary>What died of a network that is on, libvirt does not tell.</summary>
    ImmutableArray<NetworkState> WithMute(ImmutableArray<NetworkState> networks)
    {
        List<string> on = IsHere && !IsSession ? [.. networks.Where(n => n is { Farm: not null, Active: true }).Select(n => n.Name)] : [];
        return on.Count > 0 && LocalHost.Heard(on) is { } heard
            ? [.. networks.Select(n => n with { IsMute = on.Contains(n.Name) && !heard.Contains(n.Name) })]
            : networks;
    }

    static ImmutableSortedDictionary<string, ImmutableArray<string>> VirtTypes(XElement capabilities)
    {
        string[] bestFirst = ["kvm", "hvf", "xen", "qemu"];
        var guests =
            from guest in capabilities.Elements("guest")
            where (string?)guest.Element("os_type") == "hvm"
            from arch in guest.Elements("arch")
            let types = arch.Elements("domain").Select(d => (string)d.Attribute("type")!).Distinct()
            select (
                Arch: (string)arch.Attribute("name")!,
                Types: types.OrderBy(t => Array.IndexOf(bestFirst, t) is var i and >= 0 ? i : 9).ToImmutableArray()
            );
        return guests.ToImmutableSortedDictionary(g => g.Arch, g => g.Types, StringComparer.Ordinal);
    }

    /// <summary>The host's own name when nobody knows it, or it takes long to ask.</summary>
    static async Task<string?> UnknownHostNameAsync(CancellationToken cancel)
    {
        var name = Dns.GetHostName();
        try
        {
            return IsInHostsFile(name) || (await Dns.GetHostAddressesAsync(name, cancel).WaitAsync(NameTime, cancel)).Length > 0
                ? null
                : name;
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or TimeoutException)
        {
            return name;
        }
    }

    static bool IsInHostsFile(string name) =>
        File.ReadLines("/etc/hosts")
            .Any(line => line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Skip(1).Contains(name));

    /// <summary>Without a device manager, <c>/dev/kvm</c> is root's alone, or, in a container, of a group of another system.</summary>
    static bool IsKvmClosed(XElement capabilities) =>
        QemusUser(capabilities) is { } user && File.Exists(KvmDevice) && !MayUse(FileNode.At(KvmDevice), user);

    /// <summary>Whether a user may, by a group that libvirt gives it or one of its own.</summary>
    /// <param name="user">Number of the user, a colon, number of the group that libvirt gives it.</param>
    internal static bool MayUse(FileNode device, string user, string users = "/etc/passwd", string groups = "/etc/group")
    {
        var (id, given) = (user.Split(':')[0], user.Split(':')[^1]);
        var group = device.Group.ToString(CultureInfo.InvariantCulture);
        if (device.Mode.HasFlag(UnixFileMode.OtherWrite))
            return true;
        var known = Lines(users).Where(u => u.Length > 3 && u[2] == id).ToList();
        var members = Lines(groups).Where(g => g.Length > 3 && g[2] == group).SelectMany(g => g[3].Split(','));
        return device.Mode.HasFlag(UnixFileMode.GroupWrite)
            && (group == given || known.Any(u => u[3] == group) || members.Intersect(known.Select(u => u[0])).Any());

        static IEnumerable<string[]> Lines(string file) => File.ReadLines(file).Select(line => line.Split(':'));
    }

    /// <summary>Who QEMU runs as, as chown takes it, such as <c>64055:104</c>; null for root, or where libvirt does not say.</summary>
    static string? QemusUser(XElement capabilities) =>
        capabilities
            .Descendants("secmodel")
            .Where(m => (string?)m.Element("model") == "dac")
            .Elements("baselabel")
            .Select(l => l.Value.Replace("+", "", StringComparison.Ordinal))
            .FirstOrDefault(user => user.Split(':')[0] != "0");
}
