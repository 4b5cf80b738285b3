using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>
/// What one farm file means: defaults filled, references resolved, immutable. It is the namespace of everything it creates.
/// Made by FarmFile; nothing in it is YAML any more, and nothing in it has been asked of a hypervisor.
/// </summary>
/// <param name="Name">A DNS label.</param>
/// <param name="File">Full path of the farm file.</param>
/// <param name="Hypervisors">In declared order; at least one.</param>
/// <param name="Machines">Permutations first (platforms outer, targets inner), then the list; in declared order, names unique.</param>
/// <param name="Projects">In declared order; at least one.</param>
/// <param name="SshKeys">Further public keys (OpenSSH one-line form) that may log in.</param>
public sealed record Farm(
    string Name,
    string File,
    ImmutableArray<HypervisorSpec> Hypervisors,
    DispatchRules Dispatch,
    ImmutableArray<NetworkSpec> Networks,
    ImmutableArray<MachineSpec> Machines,
    ImmutableArray<ProjectSpec> Projects,
    ImmutableArray<string> SshKeys
)
{
    /// <summary>The folder of the farm file; relative paths in the file start here.</summary>
    public string Directory => Path.GetDirectoryName(File)!;

    /// <summary>The first project; of a farm as one of its projects sees it, that one.</summary>
    public ProjectSpec Project => Projects[0];

    /// <summary>The names of the projects that a command is about; empty when it is about all.</summary>
    public ImmutableArray<string> Chosen { get; init; } = [];

    /// <summary>The farm as one of its projects sees it.</summary>
    public Farm In(string project) => Projects is [_] ? this : this with { Projects = [Projects.First(p => p.Name == project)] };

    /// <summary>
    /// The farm for some of its projects. A machine that is a hypervisor keeps its own, since what is inside of it stands on that.
    /// </summary>
    /// <exception cref="CroftException">The farm has no project of that name.</exception>
    public Farm Only(IReadOnlyCollection<string> projects)
    {
        if (projects.FirstOrDefault(name => Projects.All(p => p.Name != name)) is { } unknown)
            throw Projects[0].Name.Length == 0
                ? CroftException.Usage(
                    $"the farm file names no project {Words.Quote(unknown)}",
                    "projects: names several; project: is one without a name"
                )
                : CroftException.Usage(
                    $"the farm has no project {Words.Quote(unknown)}",
                    Words.DidYouMeanOrKnown(unknown, [.. Projects.Select(p => p.Name)])
                );
        var hosts = InnerHypervisors.Select(h => h.Machine).ToHashSet();
        return projects.Count == 0
            ? this
            : this with
            {
                Chosen = [.. projects],
                Machines =
                [
                    .. Machines.Select(m => hosts.Contains(m.Name) ? m : m.In([.. m.Parts.Where(p => projects.Contains(p.Project))])),
                ],
            };
    }

    /// <summary>Whether the command is about a machine's project.</summary>
    public bool IsChosen(MachineSpec machine) => machine.Parts.Any(p => Chosen.IsEmpty || Chosen.Contains(p.Project));

    /// <summary>Where images are taken from in place of their publishers' addresses, by family; <c>all</c> is every family.</summary>
    public ImmutableDictionary<string, string> Mirrors { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Families of images that the user adds to the catalogue.</summary>
    public ImmutableArray<ImageFamily> Families { get; init; } = [];

    /// <summary>Bytes that the farm's layers may take on each hypervisor.</summary>
    public long CacheKeep { get; init; } = DefaultCacheKeep;

    internal const long DefaultCacheKeep = 20L << 30;

    /// <summary>The hypervisors that are machines of this farm.</summary>
    public IEnumerable<HypervisorSpec> InnerHypervisors => Hypervisors.Where(h => h.Machine is not null);

    /// <summary>The machine of this farm that a hypervisor is; null when it is a host outside.</summary>
    public string? HostOf(string? hypervisor) => InnerHypervisors.FirstOrDefault(h => h.Name == hypervisor)?.Machine;

    /// <summary>Croft's own folder beside the farm file: owner id, run journals, caches.</summary>
    public string StateDirectory => Path.Combine(Directory, ".croft");
}

/// <summary>A host that runs machines.</summary>
/// <param name="Uri">A libvirt URI, such as <c>qemu:///system</c>; of a machine of the farm, with its name in Croft's ssh
/// configuration.</param>
/// <param name="Limits">The most that Croft's machines may take there; null fields are unlimited.</param>
/// <param name="Capabilities">Declared: virtualization types per architecture, for planning without contact; empty when not
/// declared.</param>
/// <param name="Size">Declared size of the host, for planning without contact.</param>
public sealed record HypervisorSpec(
    string Name,
    string Uri,
    Capacity Limits,
    ImmutableSortedDictionary<string, string> Labels,
    ImmutableSortedDictionary<string, ImmutableArray<string>> Capabilities,
    Capacity Size,
    Location? At
)
{
    /// <summary>How much more than the host has may be given to machines.</summary>
    public Overcommit Overcommit { get; init; } = new(null, null);

    internal static readonly TimeSpan DefaultConnectionTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The hosts that ssh goes through to its guests, in order; empty when they are reached directly.</summary>
    public ImmutableArray<Jump> Jumps { get; init; } = [];

    /// <summary>Whether it is another host and nobody said how its guests are reached; they are tried directly.</summary>
    public bool IsWayUnknown { get; init; }

    /// <summary>The machine of this farm that it is; null when it is a host outside.</summary>
    public string? Machine { get; init; }

    /// <summary>How many machines of this farm it is inside of, itself counted: 0 for a host outside.</summary>
    public int Depth { get; init; }

    /// <summary>How long it may take to answer at first.</summary>
    public TimeSpan ConnectionTimeout { get; init; } = DefaultConnectionTimeout;

    /// <summary>Itself as ssh goes there; null where its address says nothing of that.</summary>
    internal Jump? Itself => new HypervisorAddress(Uri) is var address && address.Jump is { } way ? way : Jump.Parse(address.Authority);

    /// <summary>What it is to programs of libvirt's on itself: <c>qemu:///system</c>; null where it has no libvirt.</summary>
    internal string? UriThere => IsLxd ? null : $"{Uri.Split(':', '+')[0]}:///{(IsSession ? "session" : "system")}";

    /// <summary>Whether it is this host.</summary>
    public bool IsLocal => Machine is null && new HypervisorAddress(Uri).Authority.Length == 0;

    /// <summary>Whether it is LXD or Incus, which run containers.</summary>
    public bool IsLxd => IsLxdUri(Uri);

    internal static bool IsLxdUri(string uri) =>
        uri.StartsWith("lxd://", StringComparison.Ordinal) || uri.StartsWith("incus://", StringComparison.Ordinal);

    /// <summary>Whether it and another one are on one host, as their addresses say it.</summary>
    internal bool IsBeside(HypervisorSpec other) =>
        Machine is null && other.Machine is null && string.Equals(HostName, other.HostName, StringComparison.OrdinalIgnoreCase);

    string HostName => new HypervisorAddress(Uri).Authority.Split('@')[^1].Split(':')[0];

    /// <summary>Whether it is an ordinary user's own libvirt, which cannot make networks.</summary>
    public bool IsSession => Uri.Split('?')[0].EndsWith("/session", StringComparison.Ordinal);
}

/// <summary>Processors and memory (bytes); null is unlimited or unknown.</summary>
public sealed record Capacity(int? Vcpus, long? Memory)
{
    /// <summary>No bound on either.</summary>
    public static readonly Capacity Unbounded = new(null, null);
}

/// <summary>
/// Factors by which a host's processors and memory may be given away; null leaves processors uncounted, and memory as it is.
/// </summary>
public sealed record Overcommit(double? Vcpus, double? Memory);

/// <summary>One machine's definition: built-in defaults, target, platform and list entry merged, later wins.</summary>
public sealed record MachineSpec
{
    /// <summary>A DNS label, unique in the farm.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the platform.</summary>
    public required string Platform { get; init; }

    /// <summary>Name of the target.</summary>
    public required string Target { get; init; }

    /// <summary>What its disk begins as.</summary>
    public required ImageSpec Image { get; init; }

    /// <summary>libvirt's name of the architecture: <c>x86_64</c>, <c>aarch64</c>, …</summary>
    public required string Arch { get; init; }

    /// <summary>Only this virtualization type (<c>kvm</c>, <c>qemu</c>); null follows <see
    /// cref="DispatchRules.PriorityDomains"/>.</summary>
    public string? VirtType { get; init; }

    /// <summary>QEMU machine type; null is the architecture's default.</summary>
    public string? Machine { get; init; }

    /// <summary>CPU model; null is the architecture's default for the virtualization type.</summary>
    public string? Cpu { get; init; }

    /// <summary>Virtual processors.</summary>
    public required int Vcpus { get; init; }

    /// <summary>Bytes.</summary>
    public required long Memory { get; init; }

    /// <summary>How it boots.</summary>
    public required Firmware Firmware { get; init; }

    /// <summary>Whether its UEFI has the usual keys enrolled and enforces them.</summary>
    public required bool SecureBoot { get; init; }

    /// <summary>Whether it has a TPM 2.0, emulated.</summary>
    public required bool Tpm { get; init; }

    /// <summary>Whether its hypervisor starts it with its host; null leaves that as it is.</summary>
    public bool? Autostart { get; init; }

    /// <summary>What the user says of it in libvirt's own XML; null for nothing.</summary>
    public OwnFile? DomainXml { get; init; }

    /// <summary>Size of the root disk in bytes; null is the image's own.</summary>
    public long? DiskSize { get; init; }

    /// <summary>Beside the root disk.</summary>
    public required ImmutableArray<DiskSpec> Disks { get; init; }

    /// <summary>In NIC order; the first carries the default route and ssh.</summary>
    public required ImmutableArray<NicSpec> Networks { get; init; }

    /// <summary>The login of the guest.</summary>
    public required string User { get; init; }

    /// <summary>What ready means.</summary>
    public required WaitSpec Wait { get; init; }

    /// <summary>How long it may take to become ready on hardware; stretched as far as emulation is slower.</summary>
    public required TimeSpan ConnectionTimeout { get; init; }

    /// <summary>Only this hypervisor; null lets the plan choose.</summary>
    public string? Hypervisor { get; init; }

    /// <summary>Labels that the hypervisor must carry.</summary>
    public required ImmutableSortedDictionary<string, string> Require { get; init; }

    /// <summary>Machines of the same group are placed on different hypervisors; null is no group.</summary>
    public string? Apart { get; init; }

    /// <summary>Free values for the project's phases: plain JSON, reached as <c>vm.properties</c>.</summary>
    public required string Properties { get; init; }

    /// <summary>Where the machine was declared.</summary>
    public Location? At { get; init; }

    /// <summary>The user's own groups in Ansible's inventory.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>Variables of this machine for phases, as a JSON object.</summary>
    public string Vars { get; init; } = "{}";

    /// <summary>What its guest is told at its first boot.</summary>
    public FirstBootSpec FirstBoot { get; init; } = new();

    /// <summary>Whether its guest is told who it is at its first boot.</summary>
    public bool HasSeed => !FirstBoot.IsNone;

    /// <summary>All passwords that it needs.</summary>
    internal IEnumerable<SecretSpec> Secrets => Login.Secrets.Concat(FirstBoot.Needs.Select(n => n.Secret));

    /// <summary>How its guest is reached.</summary>
    public LoginSpec Login { get; init; } = new();

    /// <summary>How a run goes on it; where it takes part in several projects, in the first.</summary>
    public required StepRules Steps { get; init; }

    /// <summary>The projects that it takes part in, in the order of the farm file.</summary>
    public ImmutableArray<ProjectPart> Parts { get; init; } = [];

    /// <summary>Begins the names of its steps where it takes part in several projects; else empty.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The machine in some of its projects.</summary>
    internal MachineSpec In(ImmutableArray<ProjectPart> parts) =>
        this with
        {
            Parts = parts,
            Steps = parts.IsEmpty ? Steps : parts[0].Steps,
        };

    /// <summary>The machine as each of its projects has it.</summary>
    internal IEnumerable<MachineSpec> EachProject() =>
        Parts.Select(part => In([part]) with { Scope = Parts.Length > 1 ? part.Project + "." : "" });

    /// <summary>The CD in its drive; null when it has no drive.</summary>
    public ImageSpec? Disc { get; init; }

    /// <summary>From what it boots, in order; empty leaves that to its image and CD.</summary>
    public ImmutableArray<BootDevice> Boots { get; init; } = [];

    /// <summary>All that it needs of this host: its disk's image, and its CD.</summary>
    public IEnumerable<ImageSpec> Images => Disc is null ? [Image] : [Image, Disc];

    /// <summary>Whether it is a container, which runs on its host's kernel; else a virtual machine.</summary>
    public bool IsContainer => Container is not null;

    /// <summary>What a container is beside; null for a virtual machine.</summary>
    public ContainerSpec? Container { get; init; }
}

/// <summary>How a machine boots.</summary>
public enum Firmware
{
    /// <summary>The kernel and initramfs that come with the image, loaded directly.</summary>
    Kernel,

    /// <summary>By BIOS: from its disk, or the image's kernel.</summary>
    Bios,

    /// <summary>By UEFI, with variables of its own: from its disk, or the image's kernel.</summary>
    Uefi,
}

/// <summary>What a machine can boot from.</summary>
public enum BootDevice
{
    /// <summary>Its root disk.</summary>
    Disk,

    /// <summary>What the networks of its cards give out.</summary>
    Network,

    /// <summary>Its CD.</summary>
    Cdrom,
}

/// <summary>A further disk.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Format">File system made in it at first boot (<c>ext4</c>, <c>xfs</c>, …); null leaves it empty.</param>
/// <param name="Mount">Where the guest mounts it; null does not mount it.</param>
/// <param name="Raw">Whether it is a plain file of its size; else qcow2.</param>
public sealed record DiskSpec(string Name, long Size, string? Format, string? Mount, bool Raw = false);
