using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

public sealed partial class Planner
{
    /// <summary>
    /// What a machine needs whose disks are declared otherwise: a restart where all that differs is disks that come and disks that grow.
    /// </summary>
    static (MachineAction Action, string Reason) DisksThatChange(MachineRecord record, MachineSpec spec, string image)
    {
        var known = record.AllDisks.ToList();
        ImmutableArray<DiskSpec> there = [.. spec.Disks.Where(declared => known.Any(disk => disk.Disk == declared.Name))];
        var had = spec with { Disks = [.. there.Select(disk => disk with { Size = Had(disk.Name) ?? disk.Size })] };
        MachineSpec[] perhaps = known.Count == 0 ? [had] : [had, had with { DiskSize = Had(DiskVolume.Root) }];
        var was = perhaps.FirstOrDefault(spec => Identity.DiskDigest(spec, image) == record.DiskDigest);
        if (was is null)
            return (MachineAction.Recreate, "its image, disks or login differ from the farm file");
        ImmutableArray<(string Name, long? Was, long? Now)> sizes =
        [
            (DiskVolume.Root, was.DiskSize, spec.DiskSize),
            .. there.Zip(was.Disks, (now, before) => (now.Name, (long?)before.Size, (long?)now.Size)),
        ];
        if (sizes.FirstOrDefault(disk => disk.Was is { } size && !(disk.Now >= size)) is { Name: not null, Was: { } large } disk)
            return (MachineAction.Recreate, $"its disk {disk.Name}, of {Room.Size(large)}, cannot become smaller");
        var added = spec.Disks.Except(there).Select(disk => disk.Name).ToList();
        string[] changes =
        [
            .. added.Count == 0 ? (string[])[] : [$"gets {(added.Count == 1 ? "disk" : "disks")} {string.Join(", ", added)}"],
            .. sizes.Where(disk => disk.Now > (disk.Was ?? 0)).Select(disk => $"disk {disk.Name} grows to {Room.Size(disk.Now!.Value)}"),
        ];
        return (MachineAction.Restart, string.Join(", ", changes));

        long? Had(string name) => known.FirstOrDefault(disk => disk.Disk == name)?.Size;
    }
}
