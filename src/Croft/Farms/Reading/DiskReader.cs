using System.Collections.Immutable;

namespace Croft.Farms.Reading;

sealed class DiskReader(ProblemList problems)
{
    // A machine's own volumes have these names.
    static readonly string[] Taken = ["root", "seed", "kernel", "initrd", "nvram"];

    /// <summary>Letters of devices: the first is the root disk's, the last the seed's.</summary>
    const int MostDisks = 24;

    public ImmutableArray<DiskSpec> Read(MapReading machine)
    {
        if (machine.Items(MachineKeys.Disks) is { Length: > MostDisks } all)
            problems.Add(
                all[MostDisks].Node,
                $"a machine has at most {MostDisks} further disks; this one has {all.Length}",
                "make some of them one"
            );

        Dictionary<string, Location> names = new(StringComparer.Ordinal);
        Dictionary<string, Location> mounts = new(StringComparer.Ordinal);
        var disks = ImmutableArray.CreateBuilder<DiskSpec>();
        foreach (var (node, disk) in machine.Items(MachineKeys.Disks))
        {
            var (name, format, mount) = (disk.Get(DiskKeys.Name), disk.Get(DiskKeys.Format), disk.Get(DiskKeys.Mount));
            if (name is not null)
                CheckName(name, disk.NodeOf(DiskKeys.Name), names, node.At);
            if (mount is not null)
                CheckMount(mount, format, disk.NodeOf(DiskKeys.Mount), mounts, node.At);
            if (name is not null && disk.Maybe(DiskKeys.Size) is { } size)
                disks.Add(new DiskSpec(name, size, format, mount, disk.Maybe(DiskKeys.Raw) ?? false));
        }

        return disks.DrainToImmutable();
    }

    void CheckName(string name, YamlNode node, Dictionary<string, Location> names, Location at)
    {
        if (Taken.Contains(name))
            problems.Add(node, $"{Words.Quote(name)} is the name of a disk that every machine has", "call it data, for example");
        else if (!names.TryAdd(name, at))
            problems.Add(node, $"a second disk named {Words.Quote(name)}; the first is at {names[name]}");
    }

    void CheckMount(string mount, string? format, YamlNode node, Dictionary<string, Location> mounts, Location at)
    {
        if (!mounts.TryAdd(mount, at))
            problems.Add(node, $"a second disk on {mount}; the first is at {mounts[mount]}");
        if (format is null)
            problems.Add(node, "a mounted disk needs a file system", "add format: ext4");
        else if (format == "swap")
            problems.Add(node, "swap is in use without a mount point", "leave mount out");
    }
}
