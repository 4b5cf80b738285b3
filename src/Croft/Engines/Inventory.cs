using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Serialization;
using Croft.Farms;

namespace Croft.Engines;

/// <summary>What exists on the farm's hypervisors, as they said it: the only state that planning knows.</summary>
public sealed record Inventory(ImmutableArray<HypervisorState> Hypervisors)
{
    /// <summary>The machines of one farm, on every hypervisor.</summary>
    public IEnumerable<(HypervisorState Hypervisor, MachineState Machine)> MachinesOf(string farm) =>
        from hypervisor in Hypervisors
        from machine in hypervisor.Machines
        where machine.Record?.Farm == farm
        select (hypervisor, machine);
}

/// <summary>One hypervisor as it was seen.</summary>
public sealed record HypervisorState
{
    /// <summary>In the farm file.</summary>
    public required string Name { get; init; }

    /// <summary>The host's own id, whatever it is called; empty when it did not say.</summary>
    public required string Id { get; init; }

    /// <summary>Why it does not take part; null when it answered.</summary>
    public string? Unreachable { get; init; }

    /// <summary>Name and version of what answered, such as <c>libvirt 9.0.0, QEMU 7.2.22</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Per architecture, the virtualization types it offers, best first.</summary>
    public required ImmutableSortedDictionary<string, ImmutableArray<string>> VirtTypes { get; init; }

    /// <summary>Processors of the host.</summary>
    public required int Vcpus { get; init; }

    /// <summary>In bytes, of the host.</summary>
    public required long Memory { get; init; }

    /// <summary>All, other people's too.</summary>
    public required ImmutableArray<MachineState> Machines { get; init; }

    /// <summary>All, other people's too.</summary>
    public required ImmutableArray<NetworkState> Networks { get; init; }

    /// <summary>Of all machines that are there.</summary>
    public required ImmutableHashSet<StateId> States { get; init; }

    /// <summary>The host's own addresses, with prefix length; those that a farm network must not overlap.</summary>
    public required ImmutableArray<IPNetwork> Addresses { get; init; }

    /// <summary>TCP ports of the host that somebody listens on.</summary>
    public required ImmutableHashSet<int> BusyPorts { get; init; }

    /// <summary>The host's own name when the host cannot resolve it, which costs every start 10 s; null when it
    /// can.</summary>
    public string? HostNameUnknown { get; init; }

    /// <summary>Whether libvirt may open the device of KVM but the user of its QEMUs may not: libvirt then asks QEMU anew what
    /// it can do before each call, 1 s and more.</summary>
    public bool KvmClosed { get; init; }

    /// <summary>Per architecture, how machines can boot there; what was not asked for is not in it.</summary>
    public ImmutableSortedDictionary<string, BootSupport>? Boot { get; init; }

    /// <summary>How much slower than hardware emulation is where nobody measured it.</summary>
    public const double UsualSlowness = 5;

    /// <summary>What its engine can; null when it did not say.</summary>
    public EngineCapabilities? Can { get; init; }

    /// <summary>Where the host sends packets otherwise than to everywhere: its own networks, and those behind routers and VPNs.</summary>
    public ImmutableArray<IPNetwork> Routes { get; init; } = [];

    /// <summary>Names of the host's own network devices; null when it did not say.</summary>
    public ImmutableHashSet<string>? Devices { get; init; }

    /// <summary>What the host's network devices are; null of another host, which does not say.</summary>
    public ImmutableDictionary<string, DeviceKind>? Kinds { get; init; }

    /// <summary>Names of the filters of packets that cards can have; null when it did not say.</summary>
    public ImmutableHashSet<string>? Filters { get; init; }

    /// <summary>The device of these that leads to everywhere else; null when it did not say.</summary>
    public string? Uplink { get; init; }

    /// <summary>Of the farm's VDE sockets, those that are there; null when nobody looked.</summary>
    public ImmutableHashSet<string>? Sockets { get; init; }

    /// <summary>What it has for containers; null of what runs none.</summary>
    public ContainerHost? Containers { get; init; }

    /// <summary>Of a cluster its members, each with its labels; null of anything else.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>? Members { get; init; }

    /// <summary>Which of its members have all of these labels; null where it is no cluster.</summary>
    internal IEnumerable<string>? MembersWith(IReadOnlyCollection<KeyValuePair<string, string>> labels) =>
        Members?.Where(m => labels.All(l => m.Value.GetValueOrDefault(l.Key) == l.Value)).Select(m => m.Key);

    /// <summary>Per architecture, how much slower than hardware emulation was measured to be.</summary>
    public ImmutableSortedDictionary<string, double> Slowness { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>How much slower than hardware a machine runs here; 1 where hardware runs it.</summary>
    public double SlownessOf(string arch, string? virtType) => virtType == "qemu" ? Slowness.GetValueOrDefault(arch, UsualSlowness) : 1;

    /// <summary>
    /// Whether it is a machine of the farm that does not run, or whose libvirt does not answer: what it can run is what the farm file says,
    /// and what is in it is not seen.
    /// </summary>
    public bool IsOff { get; init; }

    /// <summary>The hypervisor with the claims that have lapsed by now marked so.</summary>
    internal HypervisorState At(DateTimeOffset now)
    {
        return Machines.Any(HasLapsed) ? this with { Machines = [.. Machines.Select(m => m with { HasLapsed = HasLapsed(m) })] } : this;

        bool HasLapsed(MachineState machine) => machine.Record?.Claim?.HasLapsed(now) ?? false;
    }

    /// <summary>A hypervisor that does not answer.</summary>
    public static HypervisorState Silent(string name, string reason) =>
        new()
        {
            Name = name,
            Id = "",
            Unreachable = reason,
            Version = "",
            VirtTypes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty,
            Vcpus = 0,
            Memory = 0,
            Machines = [],
            Networks = [],
            States = [],
            Addresses = [],
            BusyPorts = [],
        };

    /// <summary>A hypervisor as the farm file declares it, empty.</summary>
    public static HypervisorState Declared(Farms.HypervisorSpec spec) =>
        Silent(spec.Name, spec.Capabilities.IsEmpty ? "the farm file declares no capabilities of it" : "") with
        {
            Unreachable = spec.Capabilities.IsEmpty ? "the farm file declares no capabilities of it" : null,
            Version = "declared",
            IsOff = spec.Machine is not null,
            VirtTypes = spec.Capabilities,
            Vcpus = spec.Size.Vcpus ?? 0,
            Memory = spec.Size.Memory ?? 0,
        };

    /// <summary>The hypervisor with no more than the farm file says of it, so that it is planned alike before and after it runs.</summary>
    internal HypervisorState AsDeclared(Farms.HypervisorSpec spec) =>
        this with
        {
            VirtTypes = spec.Capabilities.ToImmutableSortedDictionary(
                c => c.Key,
                c => c.Value.Intersect(VirtTypes.GetValueOrDefault(c.Key, [])).ToImmutableArray(),
                StringComparer.Ordinal
            ),
            Vcpus = spec.Size.Vcpus ?? Vcpus,
            Memory = spec.Size.Memory ?? Memory,
        };
}

/// <summary>What a hypervisor has for machines of one architecture.</summary>
public sealed record BootSupport(bool Uefi, bool SecureBoot, bool Tpm);

/// <summary>Whether a machine runs.</summary>
public enum PowerState
{
    /// <summary>Defined, not running.</summary>
    Off,

    /// <summary>Running.</summary>
    Running,

    /// <summary>Running, its processors stopped.</summary>
    Paused,

    /// <summary>Stopped by a crash of the guest or of its process.</summary>
    Crashed,

    /// <summary>The member of a cluster that has it does not answer.</summary>
    Unknown,
}

/// <summary>A machine as it was seen.</summary>
/// <param name="Name">Its name on the hypervisor, <c>farm.machine</c> for Croft's.</param>
/// <param name="Record">What Croft wrote into it; null when it is not Croft's.</param>
public sealed record MachineState(string Name, Guid Uuid, PowerState Power, int Vcpus, long Memory, MachineRecord? Record)
{
    /// <summary>Whether it has its host's memory and processors: it runs, or stands still.</summary>
    public bool IsOn => Power is PowerState.Running or PowerState.Paused;

    /// <summary>Whether it has another machine's memory, and whoever was to make it one of its own is gone.</summary>
    public bool IsUnfinishedFork => IsOn && Record?.IsForking == true;

    /// <summary>Whether it runs, and its hypervisor will not know it any more when it is off: somebody undefined it.</summary>
    public bool IsForgotten { get; init; }

    /// <summary>Whether it is off, and goes on from its memory when it starts: virsh managedsave and libvirt-guests keep that.</summary>
    public bool IsSaved { get; init; }

    /// <summary>The command that gives it back the name of its record, where somebody renamed it; null where it has that name.</summary>
    public string? NameCure { get; init; }

    /// <summary>What somebody took out of it, such as <c>disk data</c>; it runs without.</summary>
    public ImmutableArray<string> Lacks { get; init; } = [];

    /// <summary>Disks of which no file is there any more: somebody deleted it. Known where a host was looked at whole.</summary>
    public ImmutableArray<string> Lost { get; init; } = [];

    /// <summary>What it lacks in words, such as <c>its disk data and its card on network lan</c>.</summary>
    public string LacksInWords => $"its {string.Join(" and its ", Lacks)}";

    /// <summary>The member of a cluster that runs it; null where there is none.</summary>
    public string? Member { get; init; }

    /// <summary>The command that lets it be removed, where somebody protected it from that; else null.</summary>
    public string? Unprotect { get; init; }

    /// <summary>Whether it claims room, and nobody can be about to start it any more.</summary>
    public bool HasLapsed { get; init; }
}

/// <summary>What Croft writes into every machine it makes; any controller can read it back.</summary>
public sealed record MachineRecord
{
    /// <summary>The farm it belongs to.</summary>
    public required string Farm { get; init; }

    /// <summary>The id of the farm's folder.</summary>
    public required string Owner { get; init; }

    /// <summary>Where the farm file is, for messages.</summary>
    public required string Folder { get; init; }

    /// <summary>Unique in its farm.</summary>
    public required string Name { get; init; }

    /// <summary>As the farm file names it.</summary>
    public required string Platform { get; init; }

    /// <summary>As the farm file names it.</summary>
    public required string Target { get; init; }

    /// <summary>Who logs in.</summary>
    public required string User { get; init; }

    /// <summary>Of what a restart can change: processors, memory, model, networks and addresses.</summary>
    public required string HardwareDigest { get; init; }

    /// <summary>Of what only a new machine can change: image, architecture, firmware, disks, login.</summary>
    public required string DiskDigest { get; init; }

    /// <summary>The run that made or last restored it.</summary>
    public required string Run { get; init; }

    /// <summary>Why <c>run</c> must not revert it (<c>up</c>, <c>ssh</c>, …); null when it may.</summary>
    [JsonPropertyName("held")]
    public string? InUse { get; init; }

    /// <summary>The guest's public host key, one OpenSSH line without comment.</summary>
    public required string HostKey { get; init; }

    /// <summary>The volume of its seed. This, its disks and its UEFI variables are its engine's matter alone.</summary>
    public required string Seed { get; init; }

    /// <summary>In the order of the farm file.</summary>
    public required ImmutableArray<Nic> Nics { get; init; }

    /// <summary>The volumes it writes to now; the root disk first.</summary>
    public required ImmutableArray<DiskVolume> Disks { get; init; }

    /// <summary>Disks that somebody took out of it, whose volumes it does not name any more.</summary>
    [JsonIgnore]
    public ImmutableArray<DiskVolume> Detached { get; init; } = [];

    /// <summary>Why its disks cannot be kept or put back on a state now, and what to do; null when none was taken out.</summary>
    [JsonIgnore]
    internal (string Message, string Hint)? LackOfDisk =>
        Detached is [var disk, ..]
            ? ($"machine \"{Name}\" lacks its disk {disk.Disk}, which somebody took out", "croft up puts it back")
            : null;

    /// <summary>The disks that it is declared with.</summary>
    [JsonIgnore]
    internal IEnumerable<DiskVolume> AllDisks => Disks.Concat(Detached);

    /// <summary>The volume of its UEFI variables; null when it has none, or libvirt keeps them elsewhere.</summary>
    public string? Nvram { get; init; }

    /// <summary>Of no machine yet, with the newest hardware.</summary>
    internal static MachineRecord Nothing { get; } =
        new()
        {
            Farm = "",
            Owner = "",
            Folder = "",
            Name = "",
            Platform = "",
            Target = "",
            User = "",
            HardwareDigest = "",
            DiskDigest = "",
            Run = "",
            HostKey = "",
            Seed = "",
            Nics = [],
            Disks = [],
            HardwareVersion = NewestHardware,
        };

    /// <summary>Which machine it is of.</summary>
    [JsonIgnore]
    public MachineId Id => new(Farm, Name);

    /// <summary>Why it has room although it does not run: somebody is about to start it. Null when nobody is.</summary>
    public MachineClaim? Claim { get; init; }

    /// <summary>Whether its guest has not answered yet since it was started.</summary>
    public bool IsStarting { get; init; }

    /// <summary>Whether its guest has another machine's memory, and is still to learn who it is.</summary>
    public bool IsForking { get; init; }

    /// <summary>Whether its hypervisor was told to start it with its host; null when it was told nothing.</summary>
    public bool? Autostart { get; init; }

    /// <summary>When it was made where it is; null when nobody wrote that down.</summary>
    public DateTimeOffset? Made { get; init; }

    /// <summary>Digest of the further keys that log in to it; null when nobody wrote that down.</summary>
    public string? Keys { get; init; }

    /// <summary>How its guest is reached where no farm file says it any more: of a fork, say.</summary>
    [JsonIgnore]
    public LoginSpec Login { get; init; } = new();

    /// <summary>The hardware that every new machine gets beside what its definition asks for.</summary>
    public const int NewestHardware = 1;

    /// <summary>
    /// Which hardware it was made with, beside what its definition asks for: 0 is that of Croft 0.1.0, and each change of it counts one up.
    /// It stays for the
    /// machine's life, since saved memory fits no other hardware; so do the snapshots and layers taken of it.
    /// </summary>
    public int HardwareVersion { get; init; }

    /// <summary>
    /// Of machines of one name, made while a hypervisor was out of reach, the one with the greatest standing counts: one that has run
    /// before one that has not, then
    /// the one that was made last. The others are superfluous.
    /// </summary>
    internal (bool HasRun, DateTimeOffset Made) Standing => (Claim is not { IsFirst: true }, Made ?? DateTimeOffset.MinValue);
}

/// <summary>The claim of a machine that does not run yet to its room on the hypervisor.</summary>
/// <param name="Began">When the command that makes it began: of machines that claim room at once, the youngest leaves.</param>
/// <param name="Written">When it was written.</param>
/// <param name="IsFirst">Whether the machine has never run.</param>
public sealed record MachineClaim(DateTimeOffset Began, DateTimeOffset Written, bool IsFirst)
{
    /// <summary>Nobody takes back the claim of a command that was killed. Between a claim and a start are seconds.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    internal bool HasLapsed(DateTimeOffset now) => now - Written > Patience;
}

/// <summary>A writable disk of a machine.</summary>
/// <param name="Disk">Its name in the farm file; <c>root</c> for the first. Also the serial number the guest sees.</param>
public sealed record DiskVolume(string Disk, string Volume)
{
    /// <summary>The name of the first.</summary>
    internal const string Root = "root";

    /// <summary>The size that was declared when it was made or grew; null when none was, or nobody wrote that down.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Size { get; init; }

    /// <summary>As large as it is declared, where that is more.</summary>
    internal DiskVolume GrownTo(MachineSpec spec) =>
        (Disk == Root ? spec.DiskSize : spec.Disks.FirstOrDefault(disk => disk.Name == Disk)?.Size) is { } size && size > (Size ?? 0)
            ? this with
            {
                Size = size,
            }
            : this;

    /// <summary>The form of its content, where somebody else made it, so that its name does not say that; otherwise null.</summary>
    [JsonIgnore]
    public string? Format { get; init; }
}
