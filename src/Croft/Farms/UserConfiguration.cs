using System.Collections.Immutable;
using Croft.Farms.Reading;

namespace Croft.Farms;

/// <summary>What the user wrote for all farms and pools: the file <c>config.yaml</c>, and platforms that are a file each.</summary>
public sealed class UserConfiguration
{
    readonly MapReading? map;

    UserConfiguration(FarmDefaults defaults, ProblemList problems)
    {
        PlatformFiles =
            defaults.Platforms is { } folder && Directory.Exists(folder)
                ? [.. Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal)]
                : [];
        var file = defaults.Configuration ?? "";
        if (file.Length > 0 && FileNode.At(file).Kind != FileKind.Nothing && YamlText.ReadFile(file, file, problems) is { } text)
        {
            if (YamlReader.Read(text, file, problems) is { } root && UserKeys.Map.TryRead(root, problems, out var read))
                map = read;
        }

        Families = new CatalogueReader(Path.GetDirectoryName(file) ?? "/", problems).Read(
            map?.Items(FarmKeys.Catalog) ?? [],
            defaults.Catalog
        );
    }

    /// <summary>The platform of machines that name none; null when the user wrote none.</summary>
    public string? Platform => map?.Get(UserKeys.Platform);

    /// <summary>The user's families of images.</summary>
    public ImmutableArray<ImageFamily> Families { get; }

    internal ImmutableArray<string> PlatformFiles { get; }

    internal ImmutableArray<Named<MapReading>> Platforms => map?.Items(FarmKeys.Platforms) ?? [];

    /// <summary>Where the user takes images from in place of their publishers' addresses.</summary>
    public ImmutableDictionary<string, string> MirrorsByFamily => ByFamily(Mirrors);

    internal static ImmutableDictionary<string, string> ByFamily(ImmutableArray<Named<string>> mirrors) =>
        mirrors.DistinctBy(mirror => mirror.Name).ToImmutableDictionary(mirror => mirror.Name, mirror => mirror.Value);

    internal ImmutableArray<Named<string>> Mirrors => map?.Items(FarmKeys.Mirrors) ?? [];

    /// <summary>The names of the user's own platforms.</summary>
    public IEnumerable<string> PlatformNames =>
        Platforms
            .Select(platform => platform.Name)
            .Concat(PlatformFiles.Select(file => Path.GetFileNameWithoutExtension(file)))
            .Distinct()
            .Order(StringComparer.Ordinal);

    /// <summary>Reads it.</summary>
    /// <exception cref="CroftException">It cannot be read: all that is wrong.</exception>
    public static UserConfiguration Read(FarmDefaults defaults)
    {
        ProblemList problems = new();
        var read = new UserConfiguration(defaults, problems);
        return problems.IsEmpty ? read : throw CroftException.Usage(string.Join('\n', problems.Sorted("")));
    }

    internal static UserConfiguration Read(FarmDefaults defaults, ProblemList problems) => new(defaults, problems);
}
