using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>Makes a machine of its merged layers. Machines that differ only in name share the work.</summary>
/// <param name="names">Of all machines.</param>
sealed class MachineReader(
    MachineLayers layers,
    LoginReader logins,
    ImageReader images,
    HypervisorReader hypervisors,
    NetworkReader networks,
    FarmDefaults defaults,
    ISet<string> names,
    ProblemList problems
)
{
    static readonly ImmutableSortedDictionary<string, string> NoLabels = ImmutableSortedDictionary.Create<string, string>(
        StringComparer.Ordinal
    );

    readonly Dictionary<MapReading, MachineSpec?> ofEntries = new(ReferenceEqualityComparer.Instance);

    /// <summary>The machine; null when it cannot be made, which is then reported.</summary>
    public MachineSpec? Read(DeclaredMachine declared)
    {
        if (declared.Entry is null)
            return Make(declared) is { } made ? WithOwnImage(made) : null;

        if (!ofEntries.TryGetValue(declared.Entry, out var first))
            ofEntries[declared.Entry] = first = Make(declared);

        return first is null ? null : WithOwnImage(first with { Name = declared.Name });
    }

    static MachineSpec WithOwnImage(MachineSpec machine) =>
        machine.Image is SteppedImage { IsPerMachine: true } image
            ? machine with
            {
                Image = image with { Vm = VmVariable.Of(machine).ToJsonString() },
            }
            : machine;

    MachineSpec? Make(DeclaredMachine declared)
    {
        var (map, parts) = layers.Merge(declared);
        return Make(declared, map, parts) is { } machine ? WithBoots(map, machine) : null;
    }

    MachineSpec? Make(DeclaredMachine declared, MapReading map, ImmutableArray<ProjectPart> parts)
    {
        var arch = map.Get(MachineKeys.Arch) ?? Architectures.LibvirtName(declared.Target) ?? defaults.HostArch;
        var (login, wait, isContainer) = WayIn(map);
        if (ImageOf(map, declared, arch, (login, wait), isContainer) is not { } image)
            return null;
        return new MachineSpec
        {
            Name = declared.Name,
            Platform = declared.Platform,
            Target = declared.Target,
            Image = image,
            Arch = arch,
            VirtType = map.Get(MachineKeys.VirtDomain),
            Machine = map.Get(MachineKeys.Machine),
            Cpu = map.Get(MachineKeys.Cpu),
            Vcpus = map.Maybe(MachineKeys.Vcpus) ?? 1,
            Memory = map.Maybe(MachineKeys.Memory) ?? Math.Max(512L << 20, image.Memory ?? 0),
            Firmware = isContainer ? Firmware.Bios : FirmwareOf(map, image, arch),
            SecureBoot = map.Maybe(MachineKeys.SecureBoot) ?? false,
            Tpm = map.Maybe(MachineKeys.Tpm) ?? false,
            Autostart = map.Maybe(MachineKeys.Autostart),
            DiskSize = map.Maybe(MachineKeys.Disk),
            Disks = new DiskReader(problems).Read(map),
            Networks = Nics(map, image),
            User = UserOf(map, image),
            Wait = wait,
            ConnectionTimeout = map.Maybe(MachineKeys.ConnectionTimeout) ?? TimeSpan.FromSeconds(120),
            Hypervisor = map.Get(MachineKeys.Hypervisor) is { } choice ? hypervisors.Choose(choice) : null,
            Require = Labels(map),
            Apart = map.Get(MachineKeys.Apart),
            Properties = map.Get(MachineKeys.Properties) is { } properties ? YamlJson.Of(properties) : YamlJson.EmptyObject,
            At = declared.Node.At,
            Disc = images.Disc(map, declared),
            Groups = Groups(map),
            Login = logins.Of(map, login, image),
            FirstBoot = logins.FirstBoots.Read(map, image, (declared.Name, UserOf(map, image), login), isContainer),
            Vars = map.Get(MachineKeys.Vars) is { } vars ? YamlJson.Of(vars) : YamlJson.EmptyObject,
            Steps = ProjectReader.StepsOf(map),
            Container = ContainerReader.Read(map, isContainer, problems),
            DomainXml = new DomainPart(logins.FirstBoots.Files, problems).Read(map),
        }.In(parts);
    }

    MachineSpec WithBoots(MapReading map, MachineSpec machine)
    {
        ImmutableArray<BootDevice> boots = [.. map.Items(MachineKeys.Boot).Select(b => b.Value).Distinct()];
        if (boots.IsEmpty)
            return machine;
        if (!machine.IsContainer && machine.Image.Origin is BuiltImage)
            problems.Add(
                map.NodeOf(MachineKeys.Boot),
                $"image {Words.Quote(machine.Image.Name)}, which Croft built, has no boot loader: its kernel is loaded directly",
                "leave boot out; or leave image out, and boot: [ network ] needs none"
            );
        if (boots.Contains(BootDevice.Cdrom) && !map.Has(MachineKeys.Cdrom))
            problems.Add(map.NodeOf(MachineKeys.Boot), "the machine has no CD to boot from", "cdrom: FILE gives it one");
        if (boots.Contains(BootDevice.Network) && map.Has(MachineKeys.Networks) && map.Items(MachineKeys.Networks).IsEmpty)
            problems.Add(map.NodeOf(MachineKeys.Boot), "the machine has no network to boot from", "networks: [ NAME ] gives it one");
        return machine with { Boots = boots };
    }

    ImmutableSortedDictionary<string, string> Labels(MapReading map)
    {
        CheckLabels(map);
        return NoLabels.AddRange(map.Items(MachineKeys.Require).Select(label => KeyValuePair.Create(label.Name, label.Value)));
    }

    (LoginSpec Login, WaitSpec Wait, bool IsContainer) WayIn(MapReading map)
    {
        var login = logins.Read(map);
        return (login, WaitOf(map, login), ContainerReader.Is(map, problems));
    }

    ImageSpec? ImageOf(MapReading map, DeclaredMachine declared, string arch, (LoginSpec, WaitSpec) wayIn, bool isContainer)
    {
        var image = images.Read(map, declared, arch);
        if (image is null)
            return null;
        image = BuiltBy(map.Get(FirstBootKeys.Proxy)?.Get(FirstBootKeys.Apt), image);
        if (isContainer)
            return ContainerReader.ImageOf(map, image, arch, problems);
        ContainerReader.RequireDisk(map, image, problems);
        CheckFirstBoot(map, image, wayIn);
        return image;
    }

    static ImageSpec BuiltBy(string? proxy, ImageSpec image) =>
        image switch
        {
            BuiltImage built => built with { AptProxy = proxy },
            SteppedImage { Source: BuiltImage built } stepped => stepped with { Source = built with { AptProxy = proxy } },
            _ => image,
        };

    WaitSpec WaitOf(MapReading map, LoginSpec login)
    {
        var wait = map.Get(MachineKeys.Wait)
            ?? (map.Has(MachineKeys.Image) ? LoginReader.WaitOf(login.Connection) : new WaitSpec(WaitKind.None));
        if (
            login.Connection == ConnectionKind.Ssh
            && (wait.Kind is WaitKind.Ssh or WaitKind.Port)
            && map.Has(MachineKeys.Networks)
            && map.Items(MachineKeys.Networks).IsEmpty
        )
            problems.Add(
                map.NodeOf(MachineKeys.Networks),
                "a machine without a network cannot be waited for by ssh or a port",
                "add wait: agent or wait: none; connection: agent needs no network for phases either"
            );
        logins.Check(map, login, wait);
        CheckLabels(map);
        return wait;
    }

    static string UserOf(MapReading map, ImageSpec image) =>
        LoginReader.User(map)
        ?? (
            FirstBootReader.KindOf(map, image) switch
            {
                FirstBoot.CloudbaseInit or FirstBoot.Unattend => "admin",
                not FirstBoot.CloudInit when image.Origin is CatalogueImage { Machine.User: { } login } => login,
                _ => "root",
            }
        );

    ImmutableArray<string> Groups(MapReading map)
    {
        foreach (var group in map.Items(MachineKeys.Groups))
        {
            if (names.Contains(group.Value) || hypervisors.All.Any(hypervisor => hypervisor.Name == group.Value))
                problems.Add(
                    group.Node,
                    $"{Words.Quote(group.Value)} is the name of a machine or hypervisor, and Ansible cannot tell a group and a host of one name apart",
                    "choose another name"
                );
        }

        return [.. map.Items(MachineKeys.Groups).Select(group => group.Value).Distinct()];
    }

    Firmware FirmwareOf(MapReading map, ImageSpec image, string arch)
    {
        var secure = map.Maybe(MachineKeys.SecureBoot) ?? false;
        if (secure && arch != "x86_64")
            problems.Add(
                map.NodeOf(MachineKeys.SecureBoot),
                $"Croft knows Secure Boot for x86_64 only, and this is {arch}",
                "leave it out"
            );

        if (map.Maybe(MachineKeys.Firmware) is not { } firmware)
            return secure ? Firmware.Uefi
                : image.Origin is BuiltImage ? Firmware.Kernel
                : image.Origin is CatalogueImage { Machine.Firmware: { } own } ? own
                : arch is "aarch64" or "riscv64" ? Firmware.Uefi
                : Firmware.Bios;

        if (firmware == Firmware.Kernel && image.Origin is not BuiltImage)
            problems.Add(map.NodeOf(MachineKeys.Firmware), "only a built image brings its kernel", "use bios or uefi");

        if (secure && firmware != Firmware.Uefi)
            problems.Add(map.NodeOf(MachineKeys.Firmware), "Secure Boot needs UEFI", "write firmware: uefi, or leave it out");

        return firmware;
    }

    void CheckFirstBoot(MapReading map, ImageSpec image, (LoginSpec Login, WaitSpec Wait) wayIn)
    {
        if (
            image is BuiltImage
            && map.Maybe(MachineKeys.FirstBoot) == FirstBoot.None
            && wayIn is { Wait.Kind: WaitKind.Ssh, Login: { Connection: ConnectionKind.Ssh, HostKey: null } }
        )
            problems.Add(
                map.NodeOf(MachineKeys.FirstBoot),
                $"image {Words.Quote(image.Name)}, which Croft built, lets nobody in by ssh before it has read its seed",
                "leave first_boot out; connection: agent needs no login; wait: none only starts it"
            );
        if (image.Origin is not CatalogueImage { Machine: var machine, Family: var family })
            return;

        if (
            map.Maybe(MachineKeys.FirstBoot) is { } said and not FirstBoot.None
            && said != machine.FirstBoot
            && (FirstBootReader.LanguageOf(said) ?? FirstBootReader.LanguageOf(machine.FirstBoot ?? FirstBoot.CloudInit)) is not null
        )
            problems.Add(
                map.NodeOf(MachineKeys.FirstBoot),
                $"{family.Title} {(FirstBootReader.LanguageOf(said) is { } language ? $"does not know {language}" : "is set up by Ignition alone")}",
                "leave first_boot out"
            );
        else if (
            machine.FirstBoot == FirstBoot.None
            && map.Maybe(MachineKeys.FirstBoot) != FirstBoot.None
            && wayIn.Wait.Kind != WaitKind.None
            && wayIn.Login is { Connection: ConnectionKind.Ssh, Password: null }
            && image is not SteppedImage { IsCustomised: true }
        )
            problems.Add(
                map.NodeOf(MachineKeys.Image),
                $"nobody can log in to {Words.Quote(image.Name)}: {machine.Why ?? "it reads no seed"}",
                "say how: auth: { user, password } where it has a login of its own for ssh, connection: serial by its console; wait: none only starts it"
            );
    }

    ImmutableArray<NicSpec> Nics(MapReading map, ImageSpec image)
    {
        if (!map.Has(MachineKeys.Networks))
            return [new NicSpec(networks.All[0].Name, null, null)];

        var nics = ImmutableArray.CreateBuilder<NicSpec>();
        foreach (var (node, nic) in map.Items(MachineKeys.Networks))
        {
            if (nic.Get(NicKeys.Name) is not { } name)
                continue;

            if (networks.Find(name) is null)
            {
                problems.Add(
                    nic.NodeOf(NicKeys.Name),
                    $"no network {Words.Quote(name)} in this farm",
                    Words.DidYouMeanOrKnown(name, [.. networks.Names])
                );
            }
            else if (nics.FirstOrDefault(other => other.Network == name) is { } first)
            {
                problems.Add(nic.NodeOf(NicKeys.Name), $"the machine is on network {Words.Quote(name)} already, at {first.At}");
            }
            else
            {
                CheckModel(nic, networks.Find(name)!, image);
                CheckCard(nic, networks.Find(name)!, nics);
                nics.Add(
                    new NicSpec(name, nic.Get(NicKeys.Address), nic.NodeOf(nic.Has(NicKeys.Address) ? NicKeys.Address : NicKeys.Mac).At)
                    {
                        Mac = nic.Get(NicKeys.Mac),
                        Model = nic.Get(NicKeys.Model),
                        DefaultRoute = nic.Maybe(NicKeys.DefaultRoute),
                        Forwards = [.. nic.Items(NicKeys.Forwards).Select(f => f.Value)],
                    }
                );
            }
        }

        return nics.DrainToImmutable();
    }

    void CheckModel(MapReading nic, NetworkSpec network, ImageSpec image)
    {
        if (nic.Get(NicKeys.Model) is not { } model)
            return;

        var node = nic.NodeOf(NicKeys.Model);
        if (network.Mode == NetworkMode.User)
            problems.Add(node, "a card on a user network is always virtio", "leave model out");
        else if (!NicKeys.Models.Contains(model))
            problems.Add(
                node,
                $"QEMU has no network card {Words.Quote(model)}",
                Words.DidYouMeanOrKnown(model, ["virtio", "e1000e", "rtl8139", "vmxnet3"])
            );
        else if (image.Origin is BuiltImage built && !built.Drives(model))
            problems.Add(
                node,
                $"image {Words.Quote(image.Name)}, which Croft built, has no driver for network cards {model}",
                "leave model out, or take an image that has one, such as one of your own"
            );
    }

    void CheckCard(MapReading nic, NetworkSpec network, IEnumerable<NicSpec> others)
    {
        if (nic.Has(NicKeys.Forwards) && network.Mode != NetworkMode.User)
            problems.Add(
                nic.NodeOf(NicKeys.Forwards),
                $"ports are forwarded on user networks, and {network.Name} is mode: {network.Mode.ToString().ToLowerInvariant()}",
                "leave forwards out: its machines are reached by their addresses"
            );
        if (nic.Maybe(NicKeys.DefaultRoute) != true)
            return;
        if (network is { Mode: NetworkMode.Isolated } or { Mode: NetworkMode.Vde, IsMade: true })
            problems.Add(
                nic.NodeOf(NicKeys.DefaultRoute),
                $"network {Words.Quote(network.Name)} is {network.Mode.ToString().ToLowerInvariant()}{(network.Mode == NetworkMode.Vde ? " without a socket" : "")}, and leads nowhere"
            );
        if (others.FirstOrDefault(other => other.DefaultRoute == true) is { } first)
            problems.Add(
                nic.NodeOf(NicKeys.DefaultRoute),
                $"the card on network {Words.Quote(first.Network)} has the default route already"
            );
    }

    void CheckLabels(MapReading map)
    {
        foreach (var label in map.Items(MachineKeys.Require))
        {
            // A cluster's members have labels of their own, which planning sees.
            if (!hypervisors.All.Any(host => host.IsLxd || host.Labels.GetValueOrDefault(label.Name) == label.Value))
            {
                string[] carried =
                [
                    .. hypervisors
                        .All.SelectMany(hypervisor => hypervisor.Labels)
                        .Select(carried => $"{carried.Key}: {carried.Value}")
                        .Distinct(),
                ];
                problems.Add(
                    label.Node,
                    $"no hypervisor carries the label {Words.Quote($"{label.Name}: {label.Value}")}",
                    Words.DidYouMeanOrKnown($"{label.Name}: {label.Value}", carried)
                );
            }
        }
    }
}
