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
        {
            problems.Add(all[MostDisks].Node, $"a machine has at most {MostDisks} further disks; this one has {all.Length}", "make some of them one");
        }

        Dictionary<string, Location> names = new(StringComparer.Ordinal);
        Dictionary<string, Location> mounts = new(StringComparer.Ordinal);
        var disks = ImmutableArray.CreateBuilder<DiskSpec>();
        foreach (var (node, disk) in machine.Items(MachineKeys.Disks))
        {
            var (name, format, mount) = (disk.Get(DiskKeys.Name), disk.Get(DiskKeys.Format), disk.Get(DiskKeys.Mount));
            if (name is not null && Taken.Contains(name))
            {
                problems.Add(disk.NodeOf(DiskKeys.Name), $"{Words.Quote(name)} is the name of a disk that every machine has", "call it data, for example");
            }
            else if (name is not null && !names.TryAdd(name, node.At))
            {
                problems.Add(disk.NodeOf(DiskKeys.Name), $"a second disk named {Words.Quote(name)}; the first is at {names[name]}");
            }

            if (mount is not null && !mounts.TryAdd(mount, node.At))
            {
                problems.Add(disk.NodeOf(DiskKeys.Mount), $"a second disk on {mount}; the first is at {mounts[mount]}");
            }

            if (mount is not null && (format is null or "swap"))
            {
                problems.Add(disk.NodeOf(DiskKeys.Mount), format is null ? "a mounted disk needs a file system" : "swap is in use without a mount point", format is null ? "add format: ext4" : "leave mount out");
            }

            if (name is not null && disk.Maybe(DiskKeys.Size) is { } size)
            {
                disks.Add(new DiskSpec(name, size, format, mount, disk.Maybe(DiskKeys.Raw) ?? false));
            }
        }

        return disks.DrainToImmutable();
    }
}
