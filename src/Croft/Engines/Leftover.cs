namespace Croft.Engines;

/// <summary>What a leftover is.</summary>
public enum LeftoverKind
{
    /// <summary>A machine of this farm of which a newer one is on another hypervisor, with its disks and snapshots.</summary>
    Machine,

    /// <summary>A file of Croft's pool.</summary>
    Volume,

    /// <summary>A network.</summary>
    Network,

    /// <summary>A base image of this user, with its copies that no machine stands on.</summary>
    Image,

    /// <summary>A copy of a base image in Croft's pool, of which this user has no image.</summary>
    Copy,
}

/// <summary>Something on a hypervisor that no farm owns any more.</summary>
/// <param name="Hypervisor">Where it is; empty for what is in this user's own store.</param>
/// <param name="Name">The machine's, the volume's or the network's; an image's id, what the names of a copy's files begin with.</param>
/// <param name="Bytes">What it takes.</param>
/// <param name="Why">Why nobody needs it, for people.</param>
/// <param name="Machine">Of a machine.</param>
public sealed record Leftover(string Hypervisor, LeftoverKind Kind, string Name, long Bytes, string Why, MachineRecord? Machine = null);
