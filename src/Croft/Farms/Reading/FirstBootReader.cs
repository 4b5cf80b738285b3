namespace Croft.Farms.Reading;

/// <summary>Reads what a machine's guest is told at its first boot, and what of it the guest would not understand.</summary>
/// <param name="folder">The farm file's.</param>
sealed class FirstBootReader(string folder, ProblemList problems)
{
    /// <summary>The user's own files that definitions of machines name.</summary>
    public OwnFiles Files { get; } = new(folder, problems);

    /// <summary>Who reads it: as the farm file says, else as the image's publisher does.</summary>
    public static FirstBoot KindOf(MapReading map, ImageSpec image) =>
        map.Maybe(MachineKeys.FirstBoot)
        ?? (
            image.Origin is CatalogueImage { Machine.FirstBoot: { } known }
            && (known != FirstBoot.None || image is not SteppedImage { IsCustomised: true })
                ? known
                : FirstBoot.CloudInit
        );

    /// <summary>What the guest is told.</summary>
    /// <param name="machine">Its name, its login and the way in.</param>
    public FirstBootSpec Read(MapReading map, ImageSpec image, (string Name, string User, LoginSpec Login) machine, bool isContainer)
    {
        var own = map.Get(FirstBootKeys.CloudInit);
        var spec = new FirstBootSpec(KindOf(map, image))
        {
            IsConfigDrive = own?.Maybe(FirstBootKeys.Source) ?? false,
            UserData = own is null ? null : Files.Read(own, FirstBootKeys.UserData),
            VendorData = own is null ? null : Files.Read(own, FirstBootKeys.VendorData),
            NetworkConfig = own is null ? null : Files.Read(own, FirstBootKeys.NetworkConfig),
            Ignition = new IgnitionReader(Files, problems).Read(map),
            Combustion = Files.Read(map, FirstBootKeys.Combustion),
            Timezone = map.Get(FirstBootKeys.Timezone),
            Locale = map.Get(FirstBootKeys.Locale),
            Keyboard = map.Get(FirstBootKeys.Keyboard) is { } keyboard ? KeyboardOf(keyboard) : null,
            Proxy = map.Get(FirstBootKeys.Proxy) is { } proxy ? new(proxy.Get(FirstBootKeys.Apt), proxy.Get(FirstBootKeys.Pip)) : null,
            Packages = [.. map.Items(FirstBootKeys.Packages).Select(p => p.Value).Distinct()],
            Passwords = [.. map.Items(FirstBootKeys.Passwords).Select(p => (p.Name, p.Value.In(folder)))],
        };
        if (spec.IsWindows)
            new WindowsCheck(problems).Check(map, spec, machine);
        if (CheckReader(map, image, spec, isContainer) && own is not null && !spec.IsWindows)
        {
            var check = new CloudConfigCheck(
                problems,
                own,
                spec,
                machine,
                (map.Has(MachineKeys.Networks) ? map.Items(MachineKeys.Networks).Length : 1, image)
            );
            check.Check();
            spec = spec with { HasOwnShell = check.HasOwnShell };
        }

        foreach (
            var (name, at) in map.Items(FirstBootKeys.Passwords)
                .Where(p => p.Name == machine.User && machine.Login.Password is not null)
                .Select(p => (p.Name, p.Node))
        )
            problems.Add(at, $"auth.password is the password of {name} already", "leave one of them out");
        return spec;
    }

    /// <summary>One that neither Croft's own images nor containers read; null for those that they do.</summary>
    public static string? LanguageOf(FirstBoot kind) =>
        kind switch
        {
            FirstBoot.Ignition => "Ignition",
            FirstBoot.Combustion => "Combustion",
            FirstBoot.CloudbaseInit => "cloudbase-init",
            FirstBoot.Unattend => "Windows' answer files",
            _ => null,
        };

    static KeyboardSpec KeyboardOf(MapReading map) =>
        new(
            map.Get(FirstBootKeys.Layout) ?? "",
            map.Get(FirstBootKeys.Model),
            map.Get(FirstBootKeys.Variant),
            map.Get(FirstBootKeys.Options)
        );

    /// <summary>Reports keys that nobody in the guest would read.</summary>
    bool CheckReader(MapReading map, ImageSpec image, FirstBootSpec spec, bool isContainer)
    {
        var before = problems.Count;
        if ((image.Origin is BuiltImage || isContainer) && LanguageOf(spec.Kind) is { } language)
            problems.Add(
                map.NodeOf(MachineKeys.FirstBoot),
                isContainer
                    ? $"a container has no {language}"
                    : $"image {Words.Quote(image.Name)}, which Croft built, does not know {language}",
                "leave first_boot out"
            );
        if (Unread(image, spec, isContainer) is { Who: { } who } unread)
            foreach (var field in FirstBootKeys.All.Where(f => map.Has(f) && unread.Reads?.Contains(f) != true))
                problems.Add(map.NodeOf(field), $"{who}, and does not know {field.Name}", unread.Cure);
        if (spec.IsConfigDrive && (isContainer || image.Origin is BuiltImage))
            problems.Add(
                map.Get(FirstBootKeys.CloudInit)!.NodeOf(FirstBootKeys.Source),
                $"{(isContainer ? "a container" : $"image {Words.Quote(image.Name)}, which Croft built,")} reads NoCloud alone",
                "leave source out"
            );
        return problems.Count == before;
    }

    static (string? Who, Field[]? Reads, string Cure) Unread(ImageSpec image, FirstBootSpec spec, bool isContainer) =>
        image.Origin switch
        {
            _ when spec.IsNone => ("with first_boot: none nobody in the guest reads a seed", [], "leave it out, or leave first_boot out"),
            BuiltImage { Flavour: ImageFlavour.Micro } => (
                $"image {Words.Quote(image.Name)} has no cloud-init, but a small reader of Croft's",
                [FirstBootKeys.Proxy],
                $"write image: {image.Name}_systemd, or flavour: systemd with build; or do it in a phase"
            ),
            _ when (image.Origin is BuiltImage || isContainer) && LanguageOf(spec.Kind) is not null => default, // refused as a whole
            _ when spec.Kind == FirstBoot.Ignition => (
                "the guest is set up by Ignition",
                [.. FirstBootKeys.All.Where(f => f != FirstBootKeys.CloudInit && f != FirstBootKeys.Packages && f != FirstBootKeys.Proxy)],
                "ignition: FILE or butane: FILE says more; packages are a phase's"
            ),
            _ when spec.Kind == FirstBoot.Combustion => (
                "the guest is set up by Combustion",
                [FirstBootKeys.Combustion, FirstBootKeys.Timezone, FirstBootKeys.Locale, FirstBootKeys.Keyboard, FirstBootKeys.Passwords],
                "combustion: FILE says more; packages are a phase's"
            ),
            _ when spec.Kind == FirstBoot.CloudbaseInit => (
                "the guest is set up by cloudbase-init",
                [FirstBootKeys.CloudInit, FirstBootKeys.Timezone],
                "cloud_init: FILE says more, such as a script that begins with #ps1_sysnative"
            ),
            _ when spec.Kind == FirstBoot.Unattend => (
                "the guest is set up by Windows' Setup",
                [FirstBootKeys.Locale],
                "leave it out; for an answer file of your own, put it on a CD and write first_boot: none with cdrom"
            ),
            _ when spec.Ignition is not null => (
                "the guest is not set up by Ignition",
                [.. FirstBootKeys.All.Where(f => f != FirstBootKeys.Ignition && f != FirstBootKeys.Butane)],
                "write first_boot: ignition"
            ),
            _ when spec.Combustion is not null => (
                "the guest is not set up by Combustion",
                [.. FirstBootKeys.All.Where(f => f != FirstBootKeys.Combustion)],
                "write first_boot: combustion"
            ),
            _ when spec.Kind == FirstBoot.Nuageinit => (
                $"image {Words.Quote(image.Name)} has FreeBSD's nuageinit",
                [FirstBootKeys.Packages, FirstBootKeys.Passwords],
                "do it in a phase"
            ),
            _ => default,
        };
}
