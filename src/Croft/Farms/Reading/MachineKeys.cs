using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>The keys of a machine's definition; a target, a platform and an entry of the list may each have any of them.</summary>
static class MachineKeys
{
    public static readonly Field<MapReading> Image = new(
        "image",
        ImageKeys.Map,
        "The operating system's disk: an image of the catalogue, or a definition of your own. A machine with a `cdrom` may go without."
    )
    {
        Merging = ImageKeys.Merge,
    };

    public static readonly Field<MapReading> Cdrom = new(
        "cdrom",
        DiscKeys.Map,
        "A CD in the machine's drive. Beside an image the machine boots from it; without an image, when nothing on the root disk boots."
    )
    {
        Merging = (lower, upper) => upper,
        DefaultText = "no drive",
    };

    public static readonly Field<ImmutableArray<Item<BootDevice>>> Boot = new(
        "boot",
        new ListShape<BootDevice>(
            new ChoiceShape<BootDevice>(("disk", BootDevice.Disk), ("network", BootDevice.Network), ("cdrom", BootDevice.Cdrom)),
            least: 1
        ),
        "From what it boots, in order: `[ network, disk ]` asks the networks of its cards first, and needs no image."
    )
    {
        DefaultText = "the disk; a `cdrom` beside an image before it, without an image after it",
    };

    public static readonly Field<string> Arch = new(
        "arch",
        Architectures.Shape,
        "The processor's architecture, by its own or by Debian's name."
    )
    {
        DefaultText = "this host's",
    };

    public static readonly Field<bool> Runtime = new(
        "runtime",
        new ChoiceShape<bool>(("vm", false), ("container", true)),
        "A virtual machine, or a container of LXD or Incus, which runs on its host's kernel."
    )
    {
        DefaultText = "`vm`",
    };

    public static readonly Field<MapReading> Container = new(
        "container",
        ContainerKeys.Map,
        "What a container has beside, in LXD's words. Virtual machines do not have it."
    )
    {
        DefaultText = "unprivileged, in the default pool",
        Merging = (lower, upper) => upper.Over(lower),
    };

    public static readonly Field<string> VirtDomain = new("virt_domain", DispatchKeys.VirtType, "Only this virtualization type.")
    {
        DefaultText = "by `dispatch.priority_domains`",
    };

    public static readonly Field<string> Machine = new("machine", Rules.ModelName, "QEMU's machine type, such as `q35`.")
    {
        DefaultText = "the architecture's",
    };

    public static readonly Field<string> Cpu = new("cpu", Rules.ModelName, "The processor's model, such as `host-passthrough`.")
    {
        DefaultText = "the best the hypervisor offers",
    };

    public static readonly Field<int> Vcpus = new("vcpus", new NumberShape(1, 4096), "Virtual processors.") { DefaultText = "`1`" };

    public static readonly Field<long> Memory = new("memory", new SizeShape(16 << 20), "Memory.") { DefaultText = "`512MiB`" };

    public static readonly Field<Firmware> Firmware = new(
        "firmware",
        new ChoiceShape<Firmware>(("kernel", Farms.Firmware.Kernel), ("bios", Farms.Firmware.Bios), ("uefi", Farms.Firmware.Uefi)),
        "How the machine boots: by this firmware from its disk. A built image brings a kernel, which QEMU loads directly."
    )
    {
        DefaultText = "`kernel` for built images, else `bios`, `uefi` on aarch64 and riscv64",
    };

    public static readonly Field<bool> SecureBoot = new("secure_boot", new BoolShape(), "UEFI with Microsoft's keys enrolled and enforced.")
    {
        DefaultText = "`false`",
    };

    public static readonly Field<string> DomainXml = new(
        "domain_xml",
        Rules.HostPath,
        "A file of your own in libvirt's domain XML, laid over what Croft makes: further devices, graphics, features, tuning."
    );

    public static readonly Field<bool> Tpm = new("tpm", new BoolShape(), "A TPM 2.0, emulated by swtpm.") { DefaultText = "`false`" };

    public static readonly Field<bool> Autostart = new(
        "autostart",
        new BoolShape(),
        "Whether the hypervisor starts the machine when its host starts. Croft tells it when it starts the machine."
    )
    {
        DefaultText = "left as it is there",
    };

    public static readonly Field<long> Disk = new(
        "disk",
        new SizeShape(1 << 20),
        "Size of the root disk. It cannot be smaller than the image."
    )
    {
        DefaultText = "the image's own; without an image 1 MiB, which is as good as none",
    };

    public static readonly Field<ImmutableArray<Item<MapReading>>> Disks = new(
        "disks",
        new ListShape<MapReading>(DiskKeys.Map),
        "Further disks."
    );

    public static readonly Field<ImmutableArray<Item<MapReading>>> Networks = new(
        "networks",
        new ListShape<MapReading>(NicKeys.Map),
        "Connections in order. The first carries the default route and ssh."
    )
    {
        DefaultText = "the farm's first network",
    };

    public static readonly Field<string> User = new("user", Rules.User, "The login in the guest.") { DefaultText = "`root`" };

    public static readonly Field<FirstBoot> FirstBoot = new(
        "first_boot",
        new ChoiceShape<FirstBoot>(
            ("cloud-init", Farms.FirstBoot.CloudInit),
            ("ignition", Farms.FirstBoot.Ignition),
            ("combustion", Farms.FirstBoot.Combustion),
            ("cloudbase-init", Farms.FirstBoot.CloudbaseInit),
            ("unattend", Farms.FirstBoot.Unattend),
            ("none", Farms.FirstBoot.None)
        ),
        "Who tells the guest at its first boot who it is: `none` leaves it as its image is, with its own users, host key and network."
    )
    {
        DefaultText = "as the image's publisher says, else `cloud-init`",
    };

    public static readonly Field<string> HostKey = new(
        "host_key",
        new SshKeyShape(),
        "With `first_boot: none`, the guest's public host key, as in its `/etc/ssh/ssh_host_ed25519_key.pub`."
    );

    public static readonly Field<ConnectionKind> Connection = new(
        "connection",
        new ChoiceShape<ConnectionKind>(
            ("ssh", ConnectionKind.Ssh),
            ("agent", ConnectionKind.Agent),
            ("serial", ConnectionKind.Serial),
            ("engine", ConnectionKind.Engine),
            ("none", ConnectionKind.None)
        ).Refusing("winrm", "Croft does not speak WinRM yet", "ssh works with Windows' OpenSSH server"),
        "By what Croft enters the guest: ssh, its guest agent without any network, a login at the serial console, LXD's own channel, or not at all."
    )
    {
        DefaultText = "`engine` of containers, else `ssh`",
    };

    public static readonly Field<int> Port = new("port", new NumberShape(1, 65535), "Where the guest's ssh server listens.")
    {
        DefaultText = "`22`",
    };

    public static readonly Field<MapReading> Auth = new("auth", AuthKeys.Map, "Who logs in to the guest, by which passwords.")
    {
        Merging = (lower, upper) => upper.Over(lower),
    };

    public static readonly Field<WaitSpec> Wait = new(
        "wait",
        new WaitShape(),
        "When the machine is ready: when ssh, the guest agent or a TCP port answers, or when it has started."
    )
    {
        DefaultText = "as `connection` says; `none` without an image",
    };

    public static readonly Field<TimeSpan> ConnectionTimeout = new(
        "connection_timeout",
        new DurationShape(1),
        "How long the machine may take to become ready with KVM. Emulation gets as much longer as it is slower."
    )
    {
        DefaultText = "`120s`",
    };

    public static readonly Field<string> HypervisorName = new("name", Rules.HypervisorName, "A hypervisor.");

    public static readonly Field<string> HypervisorMachine = new("machine", Rules.DnsLabel, "A machine of this farm that is a hypervisor.")
    {
        Required = true,
    };

    public static readonly Field<MapReading> Hypervisor = new(
        "hypervisor",
        new MapShape("a machine that is a hypervisor", [HypervisorMachine], HypervisorName),
        "Only this hypervisor: its name, or the machine of this farm that is the hypervisor. `lab/m2` is a member of a cluster."
    )
    {
        DefaultText = "chosen by the plan",
    };

    public static readonly Field<ImmutableArray<Named<string>>> Require = new(
        "require",
        new NamedShape<string>("name", Rules.Name, Rules.LabelValue),
        "Labels that the hypervisor must carry."
    )
    {
        Merging = MergeNames,
    };

    public static readonly Field<string> Apart = new("apart", Rules.Name, "A group whose machines are placed on different hypervisors.")
    {
        DefaultText = "no group",
    };

    public static readonly Field<YamlMap> Properties = new(
        "properties",
        new FreeShape(key: null),
        "Values of your own for the project's phases, as `vm.properties`."
    )
    {
        Merging = (lower, upper) => upper.Over(lower),
    };

    public static readonly Field<ImmutableArray<Item<string>>> Groups = new(
        "groups",
        new ListShape<string>(Rules.Group),
        "Groups of your own in Ansible's inventory. Those of target, platform and entry add up."
    )
    {
        Merging = (lower, upper) => [.. lower, .. upper],
    };

    public static readonly Field<YamlMap> Vars = new(
        "vars",
        FreeShape.Variables,
        "Variables of the machine, for phases. They go before `project.vars`."
    )
    {
        Merging = (lower, upper) => upper.Over(lower),
    };

    public static readonly Field<ImmutableArray<Item<string>>> Projects = new(
        "projects",
        new ListShape<string>(Rules.DnsLabel),
        "The projects that the machine takes part in. `[]`: none, and `run` leaves it out."
    )
    {
        DefaultText = "all",
    };

    public static readonly ImmutableArray<Field> All =
    [
        Image,
        Cdrom,
        Boot,
        Arch,
        Runtime,
        Container,
        VirtDomain,
        Machine,
        Cpu,
        Vcpus,
        Memory,
        Firmware,
        SecureBoot,
        Tpm,
        DomainXml,
        Autostart,
        Disk,
        Disks,
        Networks,
        User,
        FirstBoot,
        .. FirstBootKeys.All,
        HostKey,
        Connection,
        Port,
        Auth,
        Wait,
        ConnectionTimeout,
        Hypervisor,
        Require,
        Apart,
        Properties,
        Groups,
        Vars,
        Projects,
        .. ProjectKeys.Steps,
    ];

    public static readonly MapShape Platform = new("a platform", All);

    public static readonly MapShape Target = new("a target", All);

    static ImmutableArray<Named<string>> MergeNames(ImmutableArray<Named<string>> lower, ImmutableArray<Named<string>> upper) =>
        [.. lower.Where(named => !upper.Any(later => later.Name == named.Name)), .. upper];
}
