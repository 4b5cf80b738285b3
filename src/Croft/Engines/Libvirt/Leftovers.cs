using System.Collections.Immutable;
using Croft.Engines.Libvirt.States;

namespace Croft.Engines.Libvirt;

/// <summary>
/// Finds what nobody owns any more on one hypervisor, by what was seen there alone. In doubt it stays: what a definition names, what that
/// stands on, snapshots
/// that a user named; what belongs to another farm of which a machine or a network is there; and what is young, since somebody may be
/// making it just now.
/// </summary>
/// <param name="farm">The farm that looks.</param>
/// <param name="owner">Its owner id; null before its first <c>up</c>, when it owns nothing.</param>
/// <param name="before">What changed later is young.</param>
sealed class Leftovers(HostContent host, string farm, string? owner, DateTimeOffset before)
{
    const string Images = "image";

    readonly HashSet<string> needed = Needed(host);

    /// <summary>Machines first, then files, those first that stand on others, then networks.</summary>
    /// <param name="superfluous">This farm's machines here of which a newer one is elsewhere.</param>
    public ImmutableArray<Leftover> Find(IEnumerable<MachineRecord> superfluous)
    {
        var machines = superfluous.Where(m => m.Farm == farm && m.Owner == owner).ToList();
        return
        [
            .. machines.Select(m => Of(LeftoverKind.Machine, m.Name, FilesOf(m).Sum(host.Files.Size), Why(m)) with { Machine = m }),
            .. FilesWithoutOwner()
                .OrderByDescending(f => host.Files.Chain(f.Name).Count())
                .Select(f => Of(LeftoverKind.Volume, f.Name, host.Files.Size(f.Name), f.Why)),
            .. host.Networks.Where(IsUnused).Select(n => Of(LeftoverKind.Network, n.Name, 0, $"no machine of farm \"{n.Farm}\" is here")),
        ];
    }

    Leftover Of(LeftoverKind kind, string name, long bytes, string why) => new(host.Hypervisor, kind, name, bytes, why);

    string Why(MachineRecord machine)
    {
        var kept = host.Snapshots.Count(s =>
            s.Snapshot.Key is null && s.Volume.StartsWith(Volumes.PrefixOf(machine.Id), StringComparison.Ordinal)
        );
        return "a newer one is on another hypervisor"
            + (machine.Made is { } made ? $"; made {made:yyyy-MM-dd HH:mm}" : "")
            + (machine.InUse is { } held ? $", in use since croft {held}" : "")
            + (kept > 0 ? $", {Amount.Of(kept, "snapshot")}" : "");
    }

    IEnumerable<string> FilesOf(MachineRecord machine) =>
        host.Files.Names.Where(f => f.StartsWith(Volumes.PrefixOf(machine.Id), StringComparison.Ordinal));

    /// <summary>
    /// What somebody is making is several files, of which the oldest may be old already: all of one machine, or of one image, are as young
    /// as the youngest.
    /// </summary>
    IEnumerable<(string Name, string Why)> FilesWithoutOwner() =>
        from file in host.Files.Names
        where !needed.Contains(file) && file.Split('.').Length > 2
        group file by Volumes.PrefixOf(file) into files
        where files.All(f => host.Files.Changed(f) < before)
        from file in files
        let why = file.Split('.') is [var name, var machine, ..]
            ? name == Images
                ? WhyImage(file)
                : WhyFile(name, machine)
            : null
        where why is not null
        select (file, why);

    /// <summary>Of a half-made upload; null for an image that is whole, which only <c>croft image</c> removes.</summary>
    string? WhyImage(string file) =>
        host
            .Files.Names.Select(Volumes.MarkedCopy)
            .OfType<string>()
            .Any(copy => file.StartsWith(Volumes.Image(copy, ""), StringComparison.Ordinal))
            ? null
            : "an upload that was not finished";

    string? WhyFile(string name, string machine)
    {
        var domain = new MachineId(name, machine).ToString();
        if (name == farm && owner is not null && !IsOfStranger(name))
            return host.Machines.All(m => m.Name != domain) ? $"there is no machine \"{machine}\" here"
                : host.Touched.Contains(domain) ? null
                : $"machine \"{machine}\" does not use it";
        return IsLive(name) ? null : $"farm \"{name}\" has no machine and no network here";
    }

    bool IsOfStranger(string name) =>
        host.Machines.Any(m => m.Record is { } record && record.Farm == name && record.Owner != owner)
        || host.Networks.Any(n => n.Farm == name && n.Owner != owner);

    bool IsLive(string name) => host.Networks.Any(n => n.Farm == name) || HasMachine(name);

    bool HasMachine(string name) =>
        host.Machines.Any(m => m.Record?.Farm == name || m.Name.StartsWith(name + ".", StringComparison.Ordinal));

    bool IsUnused(NetworkState network) =>
        network.Farm is { } name && network.Made < before && !host.Used.Contains(network.Name) && !HasMachine(name);

    /// <summary>A layer is needed as long as its machine is there, a snapshot that the user named always.</summary>
    static HashSet<string> Needed(HostContent host)
    {
        var machines = host.Machines.Select(m => m.Name + ".").ToHashSet(StringComparer.Ordinal);
        var kept = host.Snapshots.Where(s => s.Snapshot.Key is null || machines.Contains(Volumes.PrefixOf(s.Volume)));
        return host
            .Used.Concat(kept.SelectMany(s => SnapshotTree.FilesOf(s).Append(s.Volume).Append(s.Snapshot.Record.Seed)))
            .SelectMany(host.Files.Chain)
            .ToHashSet(StringComparer.Ordinal);
    }
}
