using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>What a machine's definition means where the machine is a container, and what of it means nothing there.</summary>
static class ContainerReader
{
    static readonly (Field Field, string Why)[] OfHardware =
    [
        (MachineKeys.Firmware, "has no firmware: it runs on its host's kernel"),
        (MachineKeys.SecureBoot, "does not boot, so nothing of it is secured by firmware"),
        (MachineKeys.Tpm, "has no TPM"),
        (MachineKeys.Machine, "is no machine of QEMU's"),
        (MachineKeys.Cdrom, "has no drive for a CD"),
        (MachineKeys.Boot, "does not boot from anything"),
        (MachineKeys.DomainXml, "is no domain of libvirt's"),
        (MachineKeys.Cpu, "has its host's processors, whose model cannot be chosen"),
    ];

    /// <summary>Words of the configuration that have a key of their own.</summary>
    static readonly (string Word, Field Field)[] ShortWords =
    [
        (ContainerWords.Nesting, ContainerKeys.Nesting),
        (ContainerWords.Privileged, ContainerKeys.Privileged),
        (ContainerWords.KernelModules, ContainerKeys.KernelModules),
    ];

    /// <summary>Of devices.</summary>
    static readonly string[] Types =
    [
        "disk",
        "nic",
        "unix-char",
        "unix-block",
        "unix-hotplug",
        "usb",
        "gpu",
        "infiniband",
        "proxy",
        "none",
    ];

    /// <summary>Whether a machine is a container.</summary>
    public static bool IsOne(MapReading map) =>
        map.Maybe(MachineKeys.Runtime) ?? map.Get(MachineKeys.VirtDomain) == DispatchRules.Container;

    /// <summary>The same, and reports what does not go with it.</summary>
    public static bool Is(MapReading map, ProblemList problems)
    {
        var type = map.Get(MachineKeys.VirtDomain);
        var isContainer = IsOne(map);
        if (type is not null && isContainer != (type == DispatchRules.Container))
            problems.Add(
                map.NodeOf(MachineKeys.VirtDomain),
                $"a {(isContainer ? "container" : "virtual machine")} is not run by {type}",
                isContainer ? $"leave virt_domain out, or write {DispatchRules.Container}" : "write runtime: container"
            );

        if (isContainer && !map.Items(MachineKeys.Disks).IsEmpty)
            problems.Add(
                map.NodeOf(MachineKeys.Disks),
                "a container has no further disks",
                "container: { devices: { data: { type: disk, source: /srv/data, path: /data } } } gives it folders and volumes of its host"
            );

        foreach (var (field, why) in OfHardware.Where(hardware => isContainer && map.Has(hardware.Field)))
        {
            if (map.NodeOf(field) is not YamlScalar { Text: "false" })
                problems.Add(map.NodeOf(field), $"a container {why}", "leave it out, or write runtime: vm");
        }

        if (isContainer && map.Has(MachineKeys.Connection) && map.Maybe(MachineKeys.Connection) == ConnectionKind.Agent)
            problems.Add(
                map.NodeOf(MachineKeys.Connection),
                "a container has no guest agent",
                "connection: engine, which it has unasked, needs no network either"
            );
        foreach (var nic in map.Items(MachineKeys.Networks).Select(n => n.Value).Where(n => isContainer && n.Has(NicKeys.Model)))
            problems.Add(nic.NodeOf(NicKeys.Model), "a container's network card has no model", "leave model out, or write runtime: vm");
        return isContainer;
    }

    /// <summary>What it is beside; null for a virtual machine.</summary>
    public static ContainerSpec? Read(MapReading map, bool isContainer, ProblemList problems)
    {
        var member = map.Get(MachineKeys.Hypervisor)?.Get(MachineKeys.HypervisorName)?.Split('/') is [_, var named] ? named : null;
        if (!isContainer)
        {
            if (member is not null)
                problems.Add(map.NodeOf(MachineKeys.Hypervisor), "only clusters of containers have members", "leave /" + member + " out");
            if (map.Has(MachineKeys.Container))
                problems.Add(
                    map.NodeOf(MachineKeys.Container),
                    "a virtual machine has nothing of a container",
                    "write runtime: container, or leave container out; words for containers of a platform that is both stand in their target"
                );
            return null;
        }

        if (map.Get(MachineKeys.Container) is not { } own)
            return ContainerSpec.Plain with { Member = member };
        var config = own.Get(ContainerKeys.Config) is { } words ? WordsOf(words, problems) : ContainerSpec.Plain.Config;
        foreach (var entry in own.Get(ContainerKeys.Config)?.Entries ?? [])
        {
            if (Croft(entry.Key) is { } cure)
                problems.Add(entry.Value, $"{entry.Key} is Croft's to write", cure);
            if (ShortWords.FirstOrDefault(w => w.Word == entry.Key && own.Has(w.Field)) is { Field: { } twice })
                problems.Add(entry.Value, $"{entry.Key} is what {twice.Name} says", "leave one of them out");
        }

        if (own.Maybe(ContainerKeys.Nesting) == true)
            config = config.SetItem(ContainerWords.Nesting, "true");
        if (own.Maybe(ContainerKeys.Privileged) == true)
            config = config.SetItem(ContainerWords.Privileged, "true");
        if (own.Items(ContainerKeys.KernelModules) is { IsEmpty: false } modules)
            config = config.SetItem(ContainerWords.KernelModules, string.Join(',', modules.Select(m => m.Value)));
        return new(
            own.Get(ContainerKeys.Pool),
            [.. own.Items(ContainerKeys.Profiles).Select(p => p.Value)],
            config,
            own.Get(ContainerKeys.Devices) is { } devices ? DevicesOf(devices, problems) : ContainerSpec.Plain.Devices
        )
        {
            Member = member,
        };
    }

    /// <summary>What to write instead of a word of the configuration that is not the user's; null for one that is.</summary>
    static string? Croft(string key) =>
        key switch
        {
            "limits.cpu" => "write vcpus",
            "limits.memory" => "write memory",
            "boot.autostart" => "write autostart",
            "user.meta-data" or "user.user-data" or "user.network-config" or "cloud-init.user-data" or "cloud-init.network-config" =>
                "the seed is there; user.vendor-data is free, and so are the machine's keys of its first boot",
            _ when key.StartsWith("user.croft.", StringComparison.Ordinal) || key.StartsWith("volatile.", StringComparison.Ordinal) =>
                "leave it out",
            _ => null,
        };

    static ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>> DevicesOf(YamlMap devices, ProblemList problems)
    {
        var all = ContainerSpec.Plain.Devices;
        foreach (var entry in devices.Entries)
        {
            if (entry.Key == "root" || entry.Key.StartsWith("eth", StringComparison.Ordinal))
                problems.Add(entry.Value, $"{entry.Key} is Croft's to write", "write pool, disk or networks; or another name");
            else if (entry.Value is not YamlMap device)
                problems.Add(entry.Value, "must be a map", "such as { type: disk, source: /srv, path: /srv }");
            else if (WordsOf(device, problems) is var words && words.TryGetValue("type", out var type) && Types.Contains(type))
                all = all.SetItem(entry.Key, words);
            else
                problems.Add(
                    device,
                    words.GetValueOrDefault("type") is { } other ? $"{Words.Quote(other)} is no type of a device" : "a device needs a type",
                    string.Join(", ", Types)
                );
        }

        return all;
    }

    static ImmutableSortedDictionary<string, string> WordsOf(YamlMap map, ProblemList problems)
    {
        foreach (var entry in map.Entries.Where(e => e.Value is not YamlScalar))
            problems.Add(entry.Value, "must be one value", "lists are written in one text, with commas");
        return ContainerSpec.Plain.Config.SetItems(
            map.Entries.Where(e => e.Value is YamlScalar).Select(e => KeyValuePair.Create(e.Key, ((YamlScalar)e.Value).Text))
        );
    }

    /// <summary>The image as containers have it.</summary>
    public static ImageSpec ImageOf(MapReading map, ImageSpec image, string arch, ProblemList problems)
    {
        switch (image)
        {
            case BuiltImage built:
                return built with { IsContainer = true };
            case FileImage file:
                return file with { Container = arch };
            case UrlImage url:
                return url with { Container = arch };
            case CatalogueImage { Family.IsStreams: true }:
                return image;
            default:
                problems.Add(
                    map.NodeOf(MachineKeys.Image),
                    $"{Words.Quote(image.Name)} is a disk for virtual machines, and a container needs a root file system",
                    image is CatalogueImage { Family.Name: var family, Version: var version }
                        ? $"image: images:{family}/{version}/cloud may be one; debian_12, debian_13 and their systemd variants are both"
                        : "build: mmdebstrap makes one; debian_12, debian_13 and their systemd variants are both"
                );
                return image;
        }
    }

    /// <summary>Reports an image that only containers can have.</summary>
    public static void RequireDisk(MapReading map, ImageSpec image, ProblemList problems)
    {
        if (image.Origin is CatalogueImage { Family: { IsStreams: true } family })
            problems.Add(
                map.NodeOf(MachineKeys.Image),
                $"{Words.Quote(image.Name)} of {family.Title} is a root file system, and a virtual machine needs a disk",
                "write runtime: container"
            );
        if (image.Origin is FileImage { Metadata: not null } && map.Get(MachineKeys.Image) is { } own)
            problems.Add(
                own.NodeOf(ImageKeys.Metadata),
                "only a container's image has metadata",
                "leave it out, or write runtime: container"
            );
    }
}
