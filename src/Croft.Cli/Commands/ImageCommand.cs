using System.CommandLine;
using System.Text.Json.Nodes;
using Croft.Cli.Options;
using Croft.Engines;
using Croft.Farms;
using Croft.Images;
using Croft.Lifecycle;
using Croft.Reports;

namespace Croft.Cli.Commands;

/// <summary>image list, pull, update, remove, gc.</summary>
static class ImageCommand
{
    public static Command Create(CommandMaker make) =>
        CommandMaker.Group(
            "image",
            "List, build, fetch and remove base images",
            [
                List(make),
                Pull(make),
                Pull(make, "build"),
                CreateImageCommand.Create(make),
                Update(make),
                BundleCommands.Bundle(make),
                BundleCommands.Unbundle(make),
                Remove(make),
                Gc(make),
            ]
        );

    static Command List(CommandMaker make)
    {
        var remote = new Option<bool>("--remote") { Description = "Ask the publishers which versions there are instead" };
        var families = new Argument<string[]>("FAMILY") { Description = "With --remote: only these", Arity = ArgumentArity.ZeroOrMore };
        return make.Make(
            "list",
            "List the images of this host: size, who uses them, when they were last used",
            [families, remote],
            (session, parsed, cancel) =>
                parsed.GetValue(remote) ? RemoteImages.ListAsync(session, Store(session), parsed.GetValue(families)!, cancel)
                : parsed.GetValue(families) is { Length: > 0 } ? throw CroftException.Usage("names of families go with --remote")
                : ListAsync(session, cancel)
        );
    }

    static async Task<int> ListAsync(Session session, CancellationToken cancel)
    {
        var images = Store(session).List();
        var users = session.FarmPath() is null ? [] : await UsersAsync(session, cancel);
        var meant = session.FarmPath() is null ? [] : Meant(session);
        IEnumerable<string> Platforms(StoredImage image) => meant.Where(m => m.Image == image.Id).Select(m => m.Platform);
        IEnumerable<string> Users(StoredImage image) => users.Where(u => u.Image == image.Id).Select(u => u.Machine);
        Printed.List(
            session.Output,
            ["NAME", "ARCH", "ID", "KIND", "SIZE", "LAST USED", "PLATFORMS", "USED BY"],
            images,
            i =>
                [
                    string.Join(", ", i.Names),
                    i.Arch ?? "",
                    i.Id[..16],
                    i.Kind.ToString().ToLowerInvariant(),
                    $"{i.Bytes >> 20} MiB",
                    i.LastUsed.ToString("yyyy-MM-dd HH:mm"),
                    string.Join(' ', Platforms(i)),
                    string.Join(' ', Users(i)),
                ],
            i => new JsonObject
            {
                ["name"] = i.Name,
                ["names"] = new JsonArray([.. i.Names.Select(n => (JsonNode)n)]),
                ["arch"] = i.Arch,
                ["id"] = i.Id,
                ["kind"] = i.Kind.ToString().ToLowerInvariant(),
                ["source"] = i.Source,
                ["bytes"] = i.Bytes,
                ["lastUsed"] = i.LastUsed.ToString("O"),
                ["platforms"] = new JsonArray([.. Platforms(i).Select(p => (JsonNode)p)]),
                ["usedBy"] = new JsonArray([.. Users(i).Select(u => (JsonNode)u)]),
            }
        );
        foreach (var (platform, image, _) in meant.Where(m => m.Image is null))
            session.Terminal.Say($"Not here yet: {platform} is image {image}; croft image pull {platform}");
        return 0;
    }

    /// <summary>Which image each platform of the farm means; the id is null where the image is not here.</summary>
    static List<(string Platform, string Name, string? Image)> Meant(Session session)
    {
        var store = Store(session, FarmLock(session));
        return
        [
            .. session
                .LoadFarm()
                .Machines.SelectMany(m =>
                    m.Images.Select(image =>
                        (
                            image == m.Image ? m.Platform : $"{m.Platform}.cdrom",
                            image.Origin is CatalogueImage or BuiltImage ? image.Name : m.Platform,
                            store.Find(image)?.Id
                        )
                    )
                )
                .Distinct(),
        ];
    }

    public static ImageLock? FarmLock(Session session) =>
        session.FarmPath() is { } file
            ? new(Path.Combine(Path.GetDirectoryName(file)!, FarmFile.LockName), session.Settings.IsLocked)
            : null;

    static Command Pull(CommandMaker make, string name = "pull")
    {
        var platforms = new Argument<string[]>("PLATFORM")
        {
            Description = "Platforms of the farm or of the catalogue",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = make.Make(
            name,
            "Have the images of the named platforms, or all that the farm needs: build, fetch or copy them, as declared",
            [platforms],
            async (session, parsed, cancel) =>
            {
                var pulled = new List<(string Name, string Id)>();
                using (var view = Progress.Create(session.Terminal, []))
                    foreach (var (spec, store) in Specs(session, parsed.GetValue(platforms)!).DistinctBy(s => s.Spec))
                        pulled.Add((spec.Name, (await store.EnsureAsync(spec, view.Images, cancel)).Id));
                Printed.List(
                    session.Output,
                    ["NAME", "ID"],
                    pulled,
                    image => [image.Name, image.Id],
                    image => new JsonObject { ["name"] = image.Name, ["id"] = image.Id }
                );
                return 0;
            }
        );
        command.Hidden = name != "pull"; // another name of the same
        return command;
    }

    static Command Update(CommandMaker make)
    {
        var platforms = new Argument<string[]>("PLATFORM")
        {
            Description = "Platforms of the farm; nothing means all",
            Arity = ArgumentArity.ZeroOrMore,
        };
        return make.Make(
            "update",
            "Pin the newest images in croft.lock, and show what changed; machines stay as they are",
            [platforms],
            async (session, parsed, cancel) =>
            {
                await FetchCatalogAsync(session, cancel);
                if (session.FarmPath() is null && parsed.GetValue(platforms) is [] && Session.User.Families is { IsEmpty: false } families)
                {
                    session.Terminal.Say(
                        $"There is no farm here, so nothing is pinned; your catalogue has {string.Join(", ", families.Select(f => f.Name))}."
                    );
                    return 0;
                }

                var images = Specs(session, parsed.GetValue(platforms)!)
                    .Where(s => s.Spec.Origin is CatalogueImage)
                    .Select(s => (Spec: s.Spec.Origin, s.Store))
                    .DistinctBy(s => ((CatalogueImage)s.Spec).Key)
                    .ToList();
                var updated = new List<(string Name, Pinned? Before, Pinned Now)>();
                foreach (var (spec, store) in images)
                {
                    var (before, now) = await store.UpdateAsync((CatalogueImage)spec, cancel);
                    updated.Add((spec.Name, before, now));
                }

                PrintUpdated(session.Output, updated);
                if (images.Count == 0)
                    session.Terminal.Say("The farm takes no image of the catalogue that a distribution publishes.");
                return 0;
            }
        );
    }

    static async Task FetchCatalogAsync(Session session, CancellationToken cancel)
    {
        if (Session.Defaults.Configuration is { } own && File.Exists(own))
            await FarmCatalog.FetchAsync(own, cancel);
        if (session.FarmPath() is { } farm)
            await FarmCatalog.FetchAsync(farm, cancel);
    }

    static void PrintUpdated(string format, List<(string Name, Pinned? Before, Pinned Now)> updated)
    {
        Printed.List(
            format,
            ["IMAGE", "WAS", "IS NOW"],
            updated,
            u => [u.Name, Word(u.Before, u.Now), u.Before == u.Now ? "the newest still" : Word(u.Now, u.Before)],
            u => new JsonObject
            {
                ["name"] = u.Name,
                ["before"] = Node(u.Before),
                ["now"] = Node(u.Now),
            }
        );

        // The address, and the digest where the address alone does not tell it from the other.
        static string Word(Pinned? pinned, Pinned? other) =>
            pinned is null ? ""
            : pinned != other && pinned.Url == other?.Url ? $"{pinned.Url} ({pinned.Digest})"
            : pinned.Url;

        static JsonObject? Node(Pinned? pinned) => pinned is null ? null : new() { ["url"] = pinned.Url, ["digest"] = pinned.Digest };
    }

    static Command Remove(CommandMaker make)
    {
        var names = new Argument<string[]>("IMAGE")
        {
            Description = "Names or ids, as croft image list shows them",
            Arity = ArgumentArity.OneOrMore,
        };
        var yes = Arguments.Yes();
        return make.Make(
            "remove",
            "Remove images from this host, and from its hypervisor unless machines are based on them",
            [names, yes],
            async (session, parsed, cancel) =>
            {
                var store = Store(session);
                var chosen = parsed
                    .GetValue(names)!
                    .SelectMany(n =>
                        store
                            .List()
                            .Where(i => i.Names.Contains(n) || n.Length >= 8 && i.Id.StartsWith(n, StringComparison.Ordinal))
                            .DefaultIfEmpty()
                            .Select(i =>
                                i ?? throw CroftException.Usage($"there is no image \"{n}\"", "croft image list shows what there is")
                            )
                    )
                    .Distinct()
                    .ToList();
                session.Confirm(parsed.GetValue(yes), $"Removing {string.Join("; ", chosen.Select(i => string.Join(", ", i.Names)))}");
                using var engine = await session.Settings.ConnectAsync("local", session.Settings.LocalUri, cancel);
                foreach (var image in chosen)
                {
                    store.Remove(image.Id);
                    if (!await engine.RemoveAsync(new Leftover(engine.Name, LeftoverKind.Image, image.Id, image.Bytes, ""), cancel))
                        session.Terminal.Say(
                            $"{image.Name} {image.Id[..16]}: machines are based on its copy in the hypervisor's pool; it stays until they are destroyed"
                        );
                }

                return 0;
            }
        );
    }

    static Command Gc(CommandMaker make)
    {
        var unused = new Option<string>("--unused")
        {
            Description = "How long nobody may have used them, such as 72h",
            HelpName = "TIME",
            DefaultValueFactory = _ => "720h",
        };
        var yes = Arguments.Yes();
        return make.Make(
            "gc",
            "Show images that nobody used for long, here and on the farm's hypervisors, ask, and remove them",
            [unused, yes],
            async (session, parsed, cancel) =>
            {
                using var openFarm = await session.OpenHereAsync(cancel);
                var found = await ImageGc.FindAsync(
                    openFarm,
                    session.Settings.Clock.GetUtcNow() - Session.ParseTime(parsed.GetValue(unused)!),
                    cancel
                );
                if (!GcCommand.Print(session, openFarm, found))
                    return 0;
                session.Confirm(parsed.GetValue(yes), $"Removing {GcCommand.Count(found)}");
                await ImageGc.RemoveAsync(openFarm, found, cancel);
                session.Terminal.Say($"Gone: {GcCommand.Count(found)}.");
                return 0;
            }
        );
    }

    public static ImageStore Store(Session session, ImageLock? own = null) =>
        new(Path.Combine(session.Settings.Cache, "images"), session.Settings.Clock) { Lock = own, Tell = session.Settings.Warn };

    /// <summary>
    /// The images of platforms, as the farm means them where there is one, each with the store that knows which they are: what its machines
    /// have is pinned beside its file.
    /// </summary>
    static IEnumerable<(ImageSpec Spec, ImageStore Store)> Specs(Session session, string[] platforms)
    {
        var file = session.FarmPath();
        var machines = file is not null || platforms.Length == 0 ? session.LoadFarm().Machines : [];
        var declared = platforms.Length == 0 ? machines : machines.Where(m => platforms.Contains(m.Platform));
        var own = FarmLock(session);
        return
        [
            .. declared.SelectMany(m => m.Images).Select(i => (i, Store(session, own))),
            .. OfNobody([.. platforms.Except(machines.Select(m => m.Platform))]).SelectMany(m => m.Images).Select(i => (i, Store(session))),
        ];

        IEnumerable<MachineSpec> OfNobody(string[] names)
        {
            if (names.Length == 0)
                return [];
            if (file is null && names.FirstOrDefault(name => Catalogue.NameOf(name, Session.User) is null) is { } unknown)
                throw Catalogue.NoPlatform(unknown, Session.User);
            var read = file is not null
                ? FarmFile.Read(file, Session.Defaults, names)
                : FarmFile.ReadText("farm: catalogue", Path.GetFullPath(FarmFile.Name), Session.Defaults, names);
            return read.Problems.IsEmpty
                ? read.Farm!.Machines.TakeLast(names.Length)
                : throw CroftException.Usage(string.Join('\n', read.Problems.Select(p => p with { At = null, Path = "" })));
        }
    }

    static async Task<IReadOnlyList<(string Machine, string Image)>> UsersAsync(Session session, CancellationToken cancel)
    {
        using var openFarm = await session.OpenAsync(cancel);
        var store = openFarm.Images;
        var existing = (await Session.MachinesAsync(openFarm, [], cancel)).Select(m => m.Record.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. from machine in openFarm.Farm.Machines
            where existing.Contains(machine.Name)
            let image = store.Find(machine.Image)
            where image is not null
            select (machine.Name, image.Id),
        ];
    }
}
