using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>An image is one of four kinds, told by the key that only it has.</summary>
static class ImageKeys
{
    public static readonly Field<string> Name = new(
        "name",
        Rules.ImageName,
        "An image of the catalogue; `image: debian_12` is short for it."
    );

    public static readonly Field<string> Build = new(
        "build",
        new ChoiceShape<string>(("mmdebstrap", "mmdebstrap")),
        "Builds the image from Debian's packages."
    );

    public static readonly Field<string> Suite = new("suite", Rules.Suite, "With `build`: code name of the Debian release.");

    public static readonly Field<ImageFlavour> Flavour = new(
        "flavour",
        new ChoiceShape<ImageFlavour>(("micro", ImageFlavour.Micro), ("systemd", ImageFlavour.Systemd)),
        "With `build`: what starts in the guest, busybox init (`micro`) or systemd with cloud-init."
    )
    {
        DefaultText = "`micro`",
    };

    public static readonly Field<ImmutableArray<Item<string>>> Packages = new(
        "packages",
        new ListShape<string>(Rules.Package),
        "With `build`: further packages."
    );

    public static readonly Field<string> Mirror = new("mirror", Rules.Url, "With `build`: address of the Debian mirror.")
    {
        DefaultText = "the one that this host's apt uses, else Debian's own",
    };

    public static readonly Field<string> File = new(
        "file",
        Rules.HostPath,
        "A disk image on this host, of any of QEMU's usual formats. A relative path starts at the farm file. Croft unpacks xz, gzip, zstd, bzip2, and a zip, tar or ova with one disk in it."
    );

    public static readonly Field<string> Metadata = new(
        "metadata",
        Rules.HostPath,
        "With `file` of a container: its metadata, where that is an archive beside the root file system's."
    )
    {
        DefaultText = "in the same archive, else Croft's own",
    };

    public static readonly Field<string> Format = new(
        "format",
        new ChoiceShape<string>(("qcow2", "qcow2"), ("raw", "raw"), ("vmdk", "vmdk"), ("vdi", "vdi"), ("vhd", "vpc"), ("vhdx", "vhdx")),
        "With `file` or `url`: its format. `raw` also takes a disk whose first sector no firmware would start."
    )
    {
        DefaultText = "found out",
    };

    public static readonly Field<string> Url = new("url", Rules.ImageUrl, "A disk image to fetch, by http, https or ftp; else as `file`.");

    public static readonly Field<string> Sha256 = new("sha256", Rules.Sha256, "With `file` or `url`: the expected SHA-256.");

    public static readonly Field<string> Sha512 = new("sha512", Rules.Sha512, "With `url`: the expected SHA-512.");

    public static readonly Field<string> Checksums = new(
        "checksums",
        Rules.ImageUrl,
        "With `url`: address of a SHA256SUMS or SHA512SUMS file."
    )
    {
        DefaultText = "one beside the image",
    };

    public static readonly Field<ImmutableArray<Item<MapReading>>> Steps = new(
        "steps",
        new ListShape<MapReading>(StepKeys.Map),
        "What is done to the disk, in order, before machines are based on it."
    );

    public static readonly Field<bool> PerMachine = new(
        "per_machine",
        new BoolShape(),
        "With `steps`: each machine gets an image of its own, whose steps find the machine in `$CROFT_VM`."
    )
    {
        DefaultText = "`false`",
    };

    public static readonly ImmutableArray<Field> Kinds = [Name, Build, File, Url];

    /// <summary>Which keys go with which kind.</summary>
    public static readonly ImmutableArray<(Field Key, ImmutableArray<Field> Kinds)> Details =
    [
        (Suite, [Name, Build]),
        (Flavour, [Name, Build]),
        (Packages, [Name, Build]),
        (Mirror, [Name, Build]),
        (Metadata, [File]),
        (Format, [File, Url]),
        (Sha256, [File, Url]),
        (Sha512, [Url]),
        (Checksums, [Url]),
        (Steps, [Name, Build, File, Url]),
        (PerMachine, [Name, Build, File, Url]),
    ];

    public static readonly MapShape Map = new("an image", [.. Kinds, .. Details.Select(detail => detail.Key)], Name);

    /// <summary>A later layer that names a kind is another image; one that does not changes the earlier layer's.</summary>
    public static MapReading Merge(MapReading lower, MapReading upper) => Kinds.Any(upper.Has) ? upper : upper.Over(lower);
}
