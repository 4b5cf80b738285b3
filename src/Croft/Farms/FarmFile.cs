using Croft.Farms.Reading;

namespace Croft.Farms;

/// <summary>
/// Reads a farm file in three steps: YAML to nodes that know their place (Yaml), nodes to typed values by one definition of every key
/// (Shapes, Keys), values to a farm with layers merged and references resolved (Resolving). Each step goes on past what it cannot
/// read, so that all problems are reported at once.
/// </summary>
public static class FarmFile
{
    /// <summary>The name a farm file has.</summary>
    public const string Name = "farm.yaml";

    /// <summary>The file beside it that says which images its names stand for.</summary>
    public const string LockName = "croft.lock";

    /// <summary>The nearest farm file, in this folder or above; null when there is none.</summary>
    public static string? Find(string folder)
    {
        for (var here = Path.GetFullPath(folder); here is not null; here = Path.GetDirectoryName(here))
        {
            var file = Path.Combine(here, Name);
            // Also one that cannot be read is meant, not the one in the folder above.
            if (FileNode.At(file).Kind is not (FileKind.Nothing or FileKind.Folder or FileKind.Closed))
                return file;
        }

        return null;
    }

    /// <summary>Reads a file, and the platform and target files beside it that it names.</summary>
    /// <param name="platforms">Those of which it has a machine more; null is none.</param>
    public static FarmReading Read(string path, FarmDefaults defaults, IReadOnlyList<string>? platforms = null)
    {
        if (FileNode.At(path).Kind is FileKind.Nothing or FileKind.Folder)
            return new(null, [new Problem(null, "", $"no farm file {path}", "croft init writes one")]);

        ProblemList problems = new();
        var text = YamlText.ReadFile(path, Path.GetFileName(path), problems);
        return text is null ? new(null, problems.Sorted(Path.GetFileName(path))) : ReadText(text, path, defaults, platforms);
    }

    /// <summary>The addresses that a farm file's <c>catalog</c> names, whatever else is wrong with it.</summary>
    internal static IEnumerable<string> CatalogAddresses(string path)
    {
        ProblemList problems = new();
        return
            YamlText.ReadFile(path, path, problems) is { } text
            && YamlReader.Read(text, path, problems) is { } root
            && FarmKeys.Map.TryRead(root, problems, out var farm)
            ? farm.Items(FarmKeys.Catalog).Select(item => item.Value).Where(CatalogueReader.IsAddress)
            : [];
    }

    /// <summary>Reads a text as if it stood in the file.</summary>
    /// <param name="platforms">Those of which it has a machine more, the last ones of the farm; null is none.</param>
    public static FarmReading ReadText(string text, string path, FarmDefaults defaults, IReadOnlyList<string>? platforms = null)
    {
        var shown = Path.GetFileName(path);
        ProblemList problems = new();
        Farm? farm = null;
        if (YamlReader.Read(text, shown, problems) is { } root)
        {
            if (FarmKeys.Map.TryRead(root, problems, out var reading))
                farm = new FarmResolver(Path.GetFullPath(path), defaults, problems).Resolve(VmsKeys.Add(reading, platforms ?? []));
        }
        else if (problems.IsEmpty)
        {
            problems.Add(
                new Location(shown, 1, 1),
                "",
                "the farm file is empty",
                "the smallest is \"farm: demo\" and \"vms: { permutations: { platforms: [debian_13] } }\""
            );
        }

        return problems.IsEmpty ? new(farm, []) : new(null, problems.Sorted(shown));
    }
}
