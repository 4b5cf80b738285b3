using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>Makes an image of its merged layers; the same image of the same architecture is made once.</summary>
sealed class ImageReader(string folder, ImmutableArray<ImageFamily> families, ImmutableArray<Named<string>> mirrors, ProblemList problems)
{
    readonly Dictionary<(MapReading Image, string Platform, string Arch), ImageSpec?> known = [];

    /// <summary>Whether the whole catalogue was read; else a name may be that of a file with a mistake, which is told.</summary>
    public bool KnowsAll { get; init; } = true;

    /// <summary>The image; null when it cannot be made, which is then reported.</summary>
    public ImageSpec? Read(MapReading machine, DeclaredMachine declared, string arch)
    {
        if (machine.Get(MachineKeys.Image) is not { } image)
        {
            if (machine.Has(MachineKeys.Cdrom))
                return new EmptyImage(machine.NodeOf(MachineKeys.Cdrom).At);
            if (machine.Items(MachineKeys.Boot).Any(b => b.Value == BootDevice.Network))
                return new EmptyImage(machine.NodeOf(MachineKeys.Boot).At);

            problems.AddMissing(
                declared.Node,
                MachineKeys.Image.Name,
                $"platform {Words.Quote(declared.Platform)} names no image",
                $"give the platform image: {Catalogue.Newest.Name}, or an image of your own"
            );
            return null;
        }

        if (!this.known.TryGetValue((image, declared.Platform, arch), out var made))
            this.known[(image, declared.Platform, arch)] = made = Make(image, declared.Platform, arch) is { } plain
                ? Stepped(plain, image)
                : null;

        return made;
    }

    ImageSpec Stepped(ImageSpec plain, MapReading image)
    {
        var made = new StepReader(FolderOf(image.NodeOf(ImageKeys.Steps)), problems).Read(plain, image.Items(ImageKeys.Steps));
        if (image.Maybe(ImageKeys.PerMachine) != true)
            return made;
        if (made is SteppedImage stepped)
            return stepped with { IsPerMachine = true };
        problems.Add(
            image.NodeOf(ImageKeys.PerMachine),
            "an image without steps is the same for every machine",
            "add steps, or leave it out"
        );
        return made;
    }

    /// <summary>The CD; null when there is none, or none that can be had, which is then reported.</summary>
    public ImageSpec? Disc(MapReading machine, DeclaredMachine declared)
    {
        if (machine.Get(MachineKeys.Cdrom) is not { } disc)
            return null;

        if (disc.Has(DiscKeys.File) == disc.Has(DiscKeys.Url))
        {
            problems.Add(disc.Node, "a CD is a file or a url", "write cdrom: live.iso, or cdrom: { url: https://example.org/live.iso }");
            return null;
        }

        var name = $"{declared.Platform}-cd";
        var address = disc.Get(DiscKeys.Url) ?? disc.Get(DiscKeys.File)!;
        return Rules.ImageUrl.Holds(address)
            ? Fetched(disc, address, name) with
            {
                IsDisc = true,
            }
            : OnDisk(disc, DiscKeys.File, name) with
            {
                IsDisc = true,
            };
    }

    ImageSpec? Make(MapReading image, string platform, string arch)
    {
        Field[] kinds = [.. ImageKeys.Kinds.Where(image.Has)];
        if (kinds.Length == 0 && image.Node is YamlMap map && map.Entries.Any(entry => ImageKeys.Kinds.Any(kind => kind.Name == entry.Key)))
            return null; // its value is reported already
        if (kinds.Length != 1)
        {
            problems.Add(
                image.Node,
                kinds.Length == 0
                    ? "does not say where the image comes from"
                    : $"{Words.Or([.. kinds.Select(kind => kind.Name)])}: an image has one of them",
                "give build, file, url or the name of a catalogue image"
            );
            return null;
        }

        foreach (var (key, allowed) in ImageKeys.Details)
        {
            if (image.Has(key) && !allowed.Contains(kinds[0]))
                problems.Add(image.NodeOf(key), $"{key.Name} does not go with {kinds[0].Name}");
        }

        return kinds[0] == ImageKeys.Name ? OfCatalogue(image, image.Get(ImageKeys.Name)!, platform, arch)
            : kinds[0] == ImageKeys.Build ? Built(image, platform, arch, image.Node)
            : kinds[0] == ImageKeys.File ? OnDisk(image, ImageKeys.File, platform)
            : Fetched(image, image.Get(ImageKeys.Url)!, platform);
    }

    ImageSpec? OfCatalogue(MapReading image, string name, string platform, string arch)
    {
        var built = Catalogue.Built(name, families)?.Name;
        if (built is null && Catalogue.Find(name, families) is { } found)
            return OfFamily(image, found, name, arch);

        var known = Catalogue.Images.FirstOrDefault(known => known.Name == built);
        if (known.Value is null)
        {
            if (!KnowsAll)
                return null;
            string[] words =
            [
                .. Catalogue.Images.Select(image => image.Name),
                .. families.Concat(Catalogue.Families).Select(family => family.Name),
            ];
            problems.Add(
                image.NodeOf(ImageKeys.Name),
                $"no image {Words.Quote(name)} in the catalogue",
                Words.DidYouMeanOrKnown(name, words)
            );
            return null;
        }

        return Built(image.Over(known.Value), image.Values.Length == 1 ? name : platform, arch, image.Node);
    }

    CatalogueImage? OfFamily(MapReading image, (ImageFamily Family, string Version, string Variant) found, string name, string arch)
    {
        var family = found.Family;
        foreach (
            var (key, _) in ImageKeys.Details.Where(detail =>
                image.Has(detail.Key) && detail.Key != ImageKeys.Steps && detail.Key != ImageKeys.PerMachine
            )
        )
            problems.Add(image.NodeOf(key), $"{key.Name} does not go with {family.Title}, which Croft does not build");

        if (!family.Arch.ContainsKey(arch))
        {
            problems.Add(
                image.Node,
                $"{family.Title} has no image for {arch}",
                "there are: " + string.Join(", ", family.Arch.Keys.Order(StringComparer.Ordinal))
            );
            return null;
        }

        return new CatalogueImage(
            name,
            family,
            found.Version,
            found.Variant.Length > 0 || family.Variants.IsEmpty ? found.Variant : family.Variants[0].Name,
            arch,
            mirrors.FirstOrDefault(mirror => mirror.Name == family.Name).Value,
            mirrors.FirstOrDefault(mirror => mirror.Name == FarmKeys.EveryFamily).Value,
            image.Node.At
        );
    }

    BuiltImage? Built(MapReading image, string name, string arch, YamlNode node)
    {
        if (image.Get(ImageKeys.Suite) is not { } suite)
        {
            problems.AddMissing(node, ImageKeys.Suite.Name, "missing", "name the Debian release, such as suite: trixie");
            return null;
        }

        if (DebianSuites.Refusal(suite, arch) is { } refusal)
            problems.Add(node, refusal.Message, refusal.Hint);

        return new BuiltImage(
            name,
            suite,
            image.Maybe(ImageKeys.Flavour) ?? ImageFlavour.Micro,
            arch,
            [.. image.Items(ImageKeys.Packages).Select(package => package.Value).Distinct().Order(StringComparer.Ordinal)],
            image.Get(ImageKeys.Mirror),
            node.At
        );
    }

    FileImage OnDisk(MapReading image, Field<string> key, string name) =>
        new(name, PathOf(image, key), image.Get(ImageKeys.Sha256)?.ToLowerInvariant(), image.Node.At)
        {
            Format = image.Get(ImageKeys.Format),
            Metadata = image.Has(ImageKeys.Metadata) ? PathOf(image, ImageKeys.Metadata) : null,
        };

    string PathOf(MapReading image, Field<string> key)
    {
        var file = Path.GetFullPath(image.Get(key)!, FolderOf(image.NodeOf(key)));
        if (FileNode.At(file).Complaint(file) is { } complaint)
            problems.Add(
                image.NodeOf(key),
                complaint,
                image.Get(key)!.StartsWith('~') ? "\"~\" is not replaced here; write the full path" : null
            );
        return file;
    }

    /// <summary>Where relative paths start: at the farm file; in the user's own files for all farms, at these.</summary>
    string FolderOf(YamlNode node) => Path.IsPathFullyQualified(node.At.File) ? Path.GetDirectoryName(node.At.File)! : folder;

    UrlImage Fetched(MapReading image, string address, string name)
    {
        Field[] checks = [.. ((Field[])[ImageKeys.Sha256, ImageKeys.Sha512, ImageKeys.Checksums]).Where(image.Has)];
        if (checks.Length > 1)
            problems.Add(
                image.NodeOf(checks[1]),
                $"{checks[0].Name} is given already, at {image.NodeOf(checks[0]).At}",
                "keep one of them"
            );

        var checksum =
            image.Get(ImageKeys.Sha256) is { } sha256 ? "sha256:" + sha256
            : image.Get(ImageKeys.Sha512) is { } sha512 ? "sha512:" + sha512
            : null;
        return new UrlImage(
            name,
            new Uri(address),
            checksum?.ToLowerInvariant(),
            image.Get(ImageKeys.Checksums) is { } checksums ? new Uri(checksums) : null,
            image.Node.At
        )
        {
            Format = image.Get(ImageKeys.Format),
        };
    }
}
