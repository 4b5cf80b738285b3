using System.Security.Cryptography;
using System.Text;

namespace Croft.Engines.Lxd;

/// <summary>Names of Croft's things on a host, and the words in their configuration that say whose they are.</summary>
static class LxdNames
{
    public const string Record = "user.croft.record";
    public const string Uuid = "user.croft.uuid";

    /// <summary>The service's own word for an instance's identity: copies get another one.</summary>
    public const string OfTheService = "volatile.uuid";

    /// <summary>The same as it was when Croft wrote it down: that of what an instance is a copy of.</summary>
    public const string Self = "user.croft.self";

    public const string Farm = "user.croft.farm";
    public const string Machine = "user.croft.machine";
    public const string Owner = "user.croft.owner";
    public const string Folder = "user.croft.folder";
    public const string Network = "user.croft.network";
    public const string Made = "user.croft.made";
    public const string Hosts = "user.croft.hosts";

    /// <summary>Of a snapshot, which state it is; of an instance, which it stands on.</summary>
    public const string State = "user.croft.state";

    /// <summary>Which words of an instance's configuration, devices and profiles the farm file gave it, one a line.</summary>
    public const string Own = "user.croft.own";

    /// <summary>There, before the names of devices, where they are told from the configuration's words.</summary>
    public const string Device = "device ";

    /// <summary>There, before the names of profiles.</summary>
    public const string Profile = "profile ";

    /// <summary>Before the number of a card, as a device.</summary>
    public const string Card = "eth";

    /// <summary>Before a layer's name: when it was used last.</summary>
    public const string Used = "user.croft.used.";

    /// <summary>An image's property: which of Croft's it is.</summary>
    public const string Image = "croft.image";

    /// <summary>The same of the archive of an instance that is taken for an image, and removed.</summary>
    public static string ArchiveOf(string instance) => $"archive of {instance}";

    /// <summary>A name for the snapshot of which that is made.</summary>
    public static string SnapshotForAnImage() => ForAnImage + Guid.NewGuid().ToString("N")[..Digits];

    public static bool IsForAnImage(string snapshot) =>
        snapshot.StartsWith(ForAnImage, StringComparison.Ordinal) && snapshot.Length == ForAnImage.Length + Digits;

    /// <summary>Behind the name of an instance whose place another has taken, until that one runs.</summary>
    public const string Before = "-before";

    /// <summary>Behind the name of one that is there for its snapshots alone, and before its number.</summary>
    public const string Kept = "-kept";

    const string ForAnImage = "croft-image-";
    const string Layer = "layer-";
    const string Snapshot = "snapshot-";
    const int Longest = 63 - 7;
    const string Between = "--";
    const int Digits = 8;

    /// <summary>
    /// A machine's name as an instance: letters, digits and -, a letter first. Where the plain one could be another machine's, it ends in
    /// digits of its own.
    /// </summary>
    public static string InstanceOf(MachineId machine)
    {
        var plain = machine.Farm + Between + machine.Name;
        if (
            plain.Length <= Longest
            && char.IsAsciiLetter(plain[0])
            && plain.IndexOf(Between, StringComparison.Ordinal) == plain.LastIndexOf(Between, StringComparison.Ordinal)
        )
            return plain;
        var digits = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(machine.ToString())))[..Digits];
        var start = plain[..Math.Min(plain.Length, Longest - Digits - 3)].TrimEnd('-');
        return $"{(char.IsAsciiLetter(start[0]) ? "" : "m-")}{start}-{digits}";
    }

    /// <summary>Whether an instance is a machine's, or was: one that stands aside, or keeps snapshots.</summary>
    public static bool IsOf(MachineId machine, string instance)
    {
        var own = InstanceOf(machine);
        return instance.StartsWith(own, StringComparison.Ordinal)
            && instance[own.Length..] is var rest
            && (rest is "" or Before || rest.StartsWith(Kept, StringComparison.Ordinal) && rest[Kept.Length..].All(char.IsAsciiDigit));
    }

    /// <summary>Whether a word of an instance's configuration is the service's own.</summary>
    public static bool IsServices(string word) => word.StartsWith("volatile.", StringComparison.Ordinal);

    /// <summary>What the farm file gave an instance.</summary>
    public static string[] OwnOf(IReadOnlyDictionary<string, string> config) =>
        config.GetValueOrDefault(Own)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>A state as a snapshot: the user's have the name that the user gave them.</summary>
    public static string SnapshotOf(StateId state) => state.IsUsers && !IsReserved(state.UsersName) ? state.UsersName : state.Name;

    public static StateId StateOf(MachineId machine, string snapshot) =>
        new(machine, IsReserved(snapshot) ? snapshot : StateId.UsersOf(snapshot));

    static bool IsReserved(string name) =>
        name.StartsWith(Layer, StringComparison.Ordinal) || name.StartsWith(Snapshot, StringComparison.Ordinal);
}
