using System.Globalization;

namespace Croft.Engines;

/// <summary>Names of volumes in Croft's pool. They say whose they are, so that everything can be found again by name alone.</summary>
public static class Volumes
{
    /// <summary>What to do when no space is left.</summary>
    public const string SpaceHint = "make space in the pool: croft image remove, croft snapshot delete and croft destroy give it back";

    /// <summary>What every volume of a machine begins with.</summary>
    public static string PrefixOf(string farm, string machine) => $"{farm}.{machine}.";

    /// <summary>What every volume of the machine begins with to which this one belongs.</summary>
    public static string PrefixOf(string volume) => volume.Split('.') is [var farm, var machine, ..] ? PrefixOf(farm, machine) : volume;

    /// <summary>A writable disk. A frozen disk keeps its name and the machine goes on with the next number.</summary>
    public static string Disk(string farm, string machine, string disk, int number, bool raw = false) =>
        $"{farm}.{machine}.{disk}.{number.ToString(CultureInfo.InvariantCulture)}.{(raw ? "raw" : "qcow2")}";

    /// <summary>The UEFI variables. Empty, they are made from the firmware's own at the first start.</summary>
    public static string Nvram(string farm, string machine, IEnumerable<string> volumes) =>
        $"{farm}.{machine}.nvram.{NextNumber(farm, machine, "nvram", volumes).ToString(CultureInfo.InvariantCulture)}.fd";

    /// <summary>The first number that no volume of the disk, or of the seed, has.</summary>
    public static int NextNumber(string farm, string machine, string disk, IEnumerable<string> volumes)
    {
        var prefix = $"{farm}.{machine}.{disk}.";
        return 1 + volumes.Where(v => v.StartsWith(prefix, StringComparison.Ordinal))
            .Select(v => int.TryParse(v[prefix.Length..].Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1)
            .DefaultIfEmpty(-1).Max();
    }

    /// <summary>The seed image. Like a disk it is never written again: a machine with another identity gets the next number.</summary>
    public static string Seed(string farm, string machine, int number) => $"{farm}.{machine}.seed.{number.ToString(CultureInfo.InvariantCulture)}.iso";

    /// <summary>Whether a volume is a disk.</summary>
    public static bool IsDisk(string volume) => FormatOf(volume) == "qcow2" || volume.EndsWith(".raw", StringComparison.Ordinal);

    /// <summary>The form of a volume's content. Its name says it: what a guest writes into a raw disk must not.</summary>
    public static string FormatOf(string volume) => volume.EndsWith(".qcow2", StringComparison.Ordinal) ? "qcow2" : "raw";

    /// <summary>Whether a volume is named as Croft names a machine's disk.</summary>
    public static bool IsDiskOf(string farm, string machine, string disk, string volume) =>
        IsDisk(volume) && volume.StartsWith($"{farm}.{machine}.{disk}.", StringComparison.Ordinal)
        && int.TryParse(volume[$"{farm}.{machine}.{disk}.".Length..volume.LastIndexOf('.')], NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>The next manifest of a snapshot that the user names. One of a higher number takes the place of the others.</summary>
    public static string Snapshot(string farm, string machine, string name, IEnumerable<string> volumes)
    {
        var stem = $"snapshot-{name}";
        return $"{farm}.{machine}.{stem}.{NextNumber(farm, machine, stem, volumes).ToString(CultureInfo.InvariantCulture)}.json";
    }

    /// <summary>Whether a volume is the manifest of a snapshot that the user named.</summary>
    public static bool IsSnapshot(string volume) => volume.EndsWith(".json", StringComparison.Ordinal) && volume.Split('.') is [_, _, var stem, ..] && stem.StartsWith("snapshot-", StringComparison.Ordinal);

    /// <summary>The serial console's log.</summary>
    public static string Console(string farm, string machine) => $"{farm}.{machine}.console.log";

    /// <summary>A file of a copy of a base image; they begin with <c>image.</c>, which is no farm's name since farms' volumes have a machine after it.</summary>
    public static string Image(string copy, string file) => $"image.{copy}.{file}";

    /// <summary>Says that a copy is whole: it was put there last.</summary>
    public static string ImageMark(string copy) => Image(copy, "complete");

    /// <summary>The copy that a volume is the mark of; null when it is none.</summary>
    public static string? MarkedCopy(string volume) =>
        volume.StartsWith("image.", StringComparison.Ordinal) && volume.EndsWith(".complete", StringComparison.Ordinal) ? volume["image.".Length..^".complete".Length] : null;
}
