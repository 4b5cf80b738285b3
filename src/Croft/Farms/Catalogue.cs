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

    static readonly Field<ImmutableArray<Named<MapReading>>> ImagesKey = new("images", new NamedShape<MapReading>("name", Rules.Name, ImageKeys.Map), "Images.");

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

    /// <summary>The built-in platform of a name or alias; null when there is none.</summary>
    public static CataloguePlatform? Resolve(string nameOrAlias) =>
        Platforms.FirstOrDefault(platform => platform.Name == nameOrAlias || platform.Aliases.Contains(nameOrAlias));

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
