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
        (MachineKeys.Cpu, "has its host's processors, whose model cannot be chosen"),
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
                "a container has no further disks yet",
                "leave them out: its root file system is as large as its pool"
            );

        foreach (var (field, why) in OfHardware.Where(hardware => isContainer && map.Has(hardware.Field)))
        {
            if (map.NodeOf(field) is not YamlScalar { Text: "false" })
                problems.Add(map.NodeOf(field), $"a container {why}", "leave it out, or write runtime: vm");
        }

        return isContainer;
    }

    /// <summary>The image as containers have it.</summary>
    public static ImageSpec ImageOf(MapReading map, ImageSpec image, ProblemList problems)
    {
        if (image is BuiltImage built)
            return built with { IsContainer = true };
        problems.Add(
            map.NodeOf(MachineKeys.Image),
            $"{Words.Quote(image.Name)} is a disk for virtual machines, and a container needs a root file system",
            "build: mmdebstrap makes one; debian_12, debian_13 and their systemd variants are both"
        );
        return image;
    }
}
