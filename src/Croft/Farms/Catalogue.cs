using System.Collections.Immutable;
using Croft.Farms.Reading;

namespace Croft.Farms;

/// <summary>
/// The platforms, targets and images that Croft knows by itself, written as a user would write them. A definition of the same name in the
/// farm takes the place of the one here.
/// </summary>
public static class Catalogue
{
    const string Definitions = """
        images:
          debian_12: { build: mmdebstrap, suite: bookworm, flavour: micro }
          debian_12_systemd: { build: mmdebstrap, suite: bookworm, flavour: systemd }
          debian_13: { build: mmdebstrap, suite: trixie, flavour: micro }
          debian_13_systemd: { build: mmdebstrap, suite: trixie, flavour: systemd }

        platforms:
          debian_12: { image: debian_12 }
          debian_12_systemd: { image: debian_12_systemd }
          debian_13: { image: debian_13 }
          debian_13_systemd: { image: debian_13_systemd }

        targets:
          amd64: { arch: x86_64 }
          arm64: { arch: aarch64 }
          riscv64: { arch: riscv64 }
          ppc64el: { arch: ppc64le }
          s390x: { arch: s390x }
          i386: { arch: i686 }
        """;

    static readonly Field<ImmutableArray<Named<MapReading>>> ImagesKey = new(
        "images",
        new NamedShape<MapReading>("name", Rules.Name, ImageKeys.Map),
        "Images."
    );

    static readonly MapReading BuiltIn = Read();

    /// <summary>Every built-in platform, oldest first.</summary>
    public static ImmutableArray<CataloguePlatform> Platforms { get; } =
    [
        new("debian_12", ["d12"], "Debian 12 (bookworm), busybox init"),
        new("debian_12_systemd", ["d12s"], "Debian 12 (bookworm), systemd and cloud-init"),
        new("debian_13", ["d13"], "Debian 13 (trixie), busybox init"),
        new("debian_13_systemd", ["d13s"], "Debian 13 (trixie), systemd and cloud-init"),
    ];

    /// <summary>The platform to take where none is named.</summary>
    public static CataloguePlatform Newest { get; } = Platforms.First(platform => platform.Name == "debian_13");

    /// <summary>The names of the built-in targets.</summary>
    public static ImmutableArray<string> Targets { get; } = [.. BuiltInTargets.Select(target => target.Name)];

    internal static ImmutableArray<Named<MapReading>> Images => BuiltIn.Items(ImagesKey);

    internal static ImmutableArray<Named<MapReading>> BuiltInPlatforms => BuiltIn.Items(FarmKeys.Platforms);

    internal static ImmutableArray<Named<MapReading>> BuiltInTargets => BuiltIn.Items(FarmKeys.Targets);

    static readonly Lazy<ImmutableArray<ImageFamily>> BuiltInFamilies = new(ReadFamilies);

    /// <summary>The families of images that Croft knows by itself, by name.</summary>
    public static ImmutableArray<ImageFamily> Families => BuiltInFamilies.Value;

    /// <summary>The platform of a name in any spelling; null when there is none.</summary>
    /// <param name="own">The user's families, which take the place of others of their names.</param>
    public static CataloguePlatform? Resolve(string name, ImmutableArray<ImageFamily> own) =>
        Built(name, own)
        ?? (
            Rules.IsName(name.Replace('/', '-').Replace(':', '-')) && Find(name, own) is { } found
                ? new CataloguePlatform(NameOf(found, own), [], found.Family.Title)
                : null
        );

    /// <summary>What a command calls a platform by that no farm file defines; null when there is none.</summary>
    public static string? NameOf(string name, UserConfiguration? user) =>
        user?.PlatformNames.Contains(name) == true ? name : Resolve(name, user?.Families ?? [])?.Name;

    /// <summary>Says that there is no such platform, and which there are.</summary>
    public static CroftException NoPlatform(string name, UserConfiguration? user)
    {
        string[] known = [.. (user?.PlatformNames ?? []).Concat(Platforms.SelectMany(p => p.Aliases.Prepend(p.Name)))];
        var families = (user?.Families ?? []).Concat(Families).Select(family => family.Name);
        return CroftException.Usage(
            $"no platform \"{name}\" in the catalogue",
            Words.DidYouMean(name, known.Concat(families))
                ?? FamilyNames.Hint(name, (user?.Families ?? []).Concat(Families))
                ?? $"there are: {string.Join(", ", known)}; and distributions' own, such as fedora, u24.04, debian_cloud"
        );
    }

    /// <summary>The one spelling. The first variant is named only where the name without it means what Croft builds.</summary>
    static string NameOf((ImageFamily Family, string Version, string Variant) found, ImmutableArray<ImageFamily> own)
    {
        var plain = found.Version.Length == 0 ? found.Family.Name : $"{found.Family.Name}_{found.Version}";
        return found.Variant.Length == 0 || (found.Variant == found.Family.Variants[0].Name && Built(plain, own) is null)
            ? plain
            : $"{plain}_{found.Variant}";
    }

    /// <summary>
    /// What Croft builds itself of this name in any spelling: where it builds a release of Debian, the release's plain names mean that.
    /// Null when there is
    /// no such thing.
    /// </summary>
    internal static CataloguePlatform? Built(string name, ImmutableArray<ImageFamily> own)
    {
        var plain = FamilyNames.Plain(name);
        if (Platforms.FirstOrDefault(platform => platform.Name == plain || platform.Aliases.Contains(plain)) is { } exact)
            return FamilyNames.Find(name, own) is null ? exact : null;
        return
            plain.StartsWith('d')
            && Find(name, own) is { Family.Name: "debian", Variant: "", Version: var version } found
            && !own.Contains(found.Family)
            ? version.Length == 0
                ? Newest
                : Platforms.FirstOrDefault(platform => platform.Name == $"debian_{version}")
            : null;
    }

    /// <summary>The family, version and variant that a name means; null when there is none.</summary>
    internal static (ImageFamily Family, string Version, string Variant)? Find(string name, ImmutableArray<ImageFamily> own) =>
        FamilyNames.Find(name, own) ?? FamilyNames.Find(name, Families);

    static ImmutableArray<ImageFamily> ReadFamilies()
    {
        var assembly = typeof(Catalogue).Assembly;
        ProblemList problems = new();
        var families = ImmutableArray.CreateBuilder<ImageFamily>();
        foreach (
            var file in assembly
                .GetManifestResourceNames()
                .Where(resource => resource.StartsWith("Catalogue/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        )
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(file)!);
            if (FamilyReader.Read(reader.ReadToEnd(), file, problems) is { } family)
                families.Add(family);
        }

        return problems.IsEmpty ? families.DrainToImmutable() : throw new InvalidOperationException(string.Join('\n', problems.Sorted("")));
    }

    static MapReading Read()
    {
        ProblemList problems = new();
        var root = YamlReader.Read(Definitions, "built-in", problems);
        MapShape shape = new("the catalogue", [ImagesKey, FarmKeys.Platforms, FarmKeys.Targets]);
        return root is not null && shape.TryRead(root, problems, out var reading) && problems.IsEmpty
            ? reading
            : throw new InvalidOperationException(string.Join('\n', problems.Sorted("built-in")));
    }
}
