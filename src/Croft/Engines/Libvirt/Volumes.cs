using System.Globalization;

namespace Croft.Engines.Libvirt;

/// <summary>Names of volumes in Croft's pool. They say whose they are, so that everything can be found again by name alone.</summary>
static class Volumes
{
    public const string ManifestEnd = ".json";

    /// <summary>What a seed is called among a machine's volumes.</summary>
    public const string SeedName = "seed";

    /// <summary>What every volume of a machine begins with.</summary>
    public static string PrefixOf(MachineId machine) => $"{machine}.";

    /// <summary>What every volume of the machine begins with to which this one belongs.</summary>
    public static string PrefixOf(string volume) =>
        volume.Split('.') is [var farm, var machine, ..] ? PrefixOf(new MachineId(farm, machine)) : volume;

    /// <summary>A writable disk. A frozen disk keeps its name and the machine goes on with the next number.</summary>
    public static string Disk(MachineId machine, string disk, int number, bool raw = false) =>
        $"{machine}.{disk}.{number.ToString(CultureInfo.InvariantCulture)}.{(raw ? "raw" : "qcow2")}";

    /// <summary>The UEFI variables. Empty, they are made from the firmware's own at the first start.</summary>
    public static string Nvram(MachineId machine, IEnumerable<string> volumes) =>
        $"{machine}.nvram.{NextNumber(machine, "nvram", volumes).ToString(CultureInfo.InvariantCulture)}.fd";

    /// <summary>The first number that no volume of the disk, or of the seed, has.</summary>
    public static int NextNumber(MachineId machine, string disk, IEnumerable<string> volumes) => LastNumber(machine, disk, volumes) + 1;

    /// <summary>The number of the newest volume of the disk, or of the seed; -1 when there is none.</summary>
    public static int LastNumber(MachineId machine, string disk, IEnumerable<string> volumes)
    {
        var prefix = $"{machine}.{disk}.";
        return volumes
            .Where(v => v.StartsWith(prefix, StringComparison.Ordinal))
            .Select(v =>
                int.TryParse(v[prefix.Length..].Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1
            )
            .DefaultIfEmpty(-1)
            .Max();
    }

    /// <summary>The seed image. Like a disk it is never written again: a machine with another identity gets the next number.</summary>
    public static string Seed(MachineId machine, int number) => $"{machine}.{SeedName}.{number.ToString(CultureInfo.InvariantCulture)}.iso";

    /// <summary>Whether a volume is a disk.</summary>
    public static bool IsDisk(string volume) => FormatOf(volume) == "qcow2" || volume.EndsWith(".raw", StringComparison.Ordinal);

    /// <summary>The form of a volume's content. Its name says it: what a guest writes into a raw disk must not.</summary>
    public static string FormatOf(string volume) => volume.EndsWith(".qcow2", StringComparison.Ordinal) ? "qcow2" : "raw";

    /// <summary>The same of a machine's disk, which may be somebody else's file.</summary>
    public static string FormatOf(DiskVolume disk) => disk.Format ?? FormatOf(disk.Volume);

    /// <summary>Whether a volume is named as Croft names a machine's disk.</summary>
    public static bool IsDiskOf(MachineId machine, string disk, string volume) =>
        IsDisk(volume)
        && volume.StartsWith($"{machine}.{disk}.", StringComparison.Ordinal)
        && int.TryParse(
            volume[$"{machine}.{disk}.".Length..volume.LastIndexOf('.')],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out _
        );

    /// <summary>The manifest of a state.</summary>
    public static string Manifest(StateId state) => state + ManifestEnd;

    /// <summary>The state that a volume is the manifest of; null when it is none.</summary>
    public static StateId? StateOf(string volume) =>
        volume.EndsWith(ManifestEnd, StringComparison.Ordinal) && volume.Split('.', 3) is [var farm, var machine, { Length: > 5 } name]
            ? new(new(farm, machine), name[..^ManifestEnd.Length])
            : null;

    /// <summary>The next of the states that the user calls so. One of a higher number takes the place of the others.</summary>
    public static StateId NextState(MachineId machine, string name, IEnumerable<string> volumes)
    {
        var stem = StateId.UsersOf(name);
        return new(machine, $"{stem}.{NextNumber(machine, stem, volumes).ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>The serial console's log.</summary>
    public static string Console(MachineId machine) => $"{machine}.console.log";

    /// <summary>
    /// A file of a copy of a base image; they begin with <c>image.</c>, which is no farm's name since farms' volumes have a machine after
    /// it.
    /// </summary>
    public static string Image(string copy, string file) => $"image.{copy}.{file}";

    /// <summary>Whether it is of a base image. Such a file stands on no other.</summary>
    public static bool IsImage(string volume) => volume.StartsWith("image.", StringComparison.Ordinal);

    /// <summary>Says that a copy is whole: it was put there last.</summary>
    public static string ImageMark(string copy) => Image(copy, "complete");

    /// <summary>The copy that a volume is the mark of; null when it is none.</summary>
    public static string? MarkedCopy(string volume) =>
        IsImage(volume) && volume.EndsWith(".complete", StringComparison.Ordinal) ? volume["image.".Length..^".complete".Length] : null;
}
