using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>Makes the farm of what was written: fills defaults, merges layers, resolves references.</summary>
sealed class FarmResolver(string file, FarmDefaults defaults, ProblemList problems)
{
    readonly string folder = Path.GetDirectoryName(file)!;
    readonly UserConfiguration user = UserConfiguration.Read(defaults, problems);
    ImmutableArray<ImageFamily> families = [];
    bool hasCatalogue = true;

    public Farm Resolve(MapReading farm)
    {
        var name = farm.Get(FarmKeys.Name) ?? "";
        if (name == "image")
            problems.Add(farm.NodeOf(FarmKeys.Name), "\"image\" is what the volumes of images are named by", "give the farm another name");

        CatalogueReader catalogue = new(folder, problems);
        var before = problems.Count;
        families = [.. catalogue.Read(farm.Items(FarmKeys.Catalog), []).Concat(user.Families).DistinctBy(family => family.Name)];
        hasCatalogue = problems.Count == before; // else names that nobody knows may be those of its files
        HypervisorReader hypervisors = new(name, defaults, problems);
        hypervisors.Read(farm);
        NetworkReader networks = new(name, folder, IsSession(farm, hypervisors), problems);
        networks.Read(farm.Items(FarmKeys.Networks));
        var (machines, names) = ResolveMachines(farm, hypervisors, networks);
        if (machines.Length > 0 && machines.Length == names.Count)
            networks.CheckRecords(farm.Items(FarmKeys.Networks), machines);
        var resolved = new Farm(
            name,
            file,
            hypervisors.Settle(machines, names),
            DispatchOf(farm.Get(FarmKeys.Dispatch)),
            networks.All,
            machines,
            new ProjectReader(folder, problems).ReadAll(farm, name),
            [.. farm.Items(FarmKeys.SshKeys).Select(key => key.Value).Distinct()]
        )
        {
            Mirrors = UserConfiguration.ByFamily(farm.Items(FarmKeys.Mirrors).AddRange(user.Mirrors)),
            Families = families,
            CacheKeep = farm.Get(FarmKeys.Cache)?.Maybe(CacheKeys.Keep) ?? Farm.DefaultCacheKeep,
        };
        CheckHosts(resolved);
        return resolved;
    }

    /// <summary>What is inside of a machine stands on the machine's one project.</summary>
    void CheckHosts(Farm farm)
    {
        var hosts = farm.InnerHypervisors.Select(h => h.Machine).ToHashSet();
        foreach (var machine in hosts.Count == 0 ? [] : farm.Machines.Where(m => m.Parts.Length > 1 && hosts.Contains(m.Name)))
        {
            problems.Add(
                machine.At!,
                $"vms.{machine.Name}",
                $"machine {Words.Quote(machine.Name)} is a hypervisor of this farm and takes part in several projects: {string.Join(", ", machine.Parts.Select(p => p.Project))}",
                $"projects: [{machine.Parts[0].Project}] on it says which one makes it a hypervisor"
            );
        }
    }

    (ImmutableArray<MachineSpec> Machines, IReadOnlyCollection<string> Names) ResolveMachines(
        MapReading farm,
        HypervisorReader hypervisors,
        NetworkReader networks
    )
    {
        var (inline, builtIn) = (
            farm.Items(FarmKeys.Platforms),
            (ImmutableArray<Named<MapReading>>)[.. user.Platforms, .. Catalogue.BuiltInPlatforms]
        );
        Definitions platforms = new("platform", file, MachineKeys.Platform, inline, builtIn, problems, OfCatalogue, user.PlatformFiles)
        {
            Others = NamesOfFamilies(),
            Hint = name => FamilyNames.Hint(name, families.Concat(Catalogue.Families)),
        };
        (inline, builtIn) = (farm.Items(FarmKeys.Targets), Catalogue.BuiltInTargets);
        Definitions targets = new("target", file, MachineKeys.Target, inline, builtIn, problems, (_, _) => null);
        if (farm.Get(FarmKeys.Vms) is not { } vms)
            return ([], []);

        var mirrors = CheckedMirrors(farm);
        ImmutableArray<(string Name, MapReading? Map)> projects = farm.Items(FarmKeys.Projects) is { IsEmpty: false } several
            ? [.. several.Select(named => (named.Name, (MapReading?)named.Value))]
            : [("", farm.Get(FarmKeys.Project))];
        MachineLayers layers = new(platforms, targets, projects, problems);
        var all = new MachineList(platforms, targets, Architectures.DebianName(defaults.HostArch), problems).Expand(vms);
        var names = all.Select(declared => declared.Name).ToHashSet(StringComparer.Ordinal);
        MachineReader reader = new(
            layers,
            new LoginReader(folder, problems),
            new ImageReader(folder, families, mirrors, problems) { KnowsAll = hasCatalogue },
            hypervisors,
            networks,
            defaults,
            names,
            problems
        );
        AddressCheck addresses = new(networks, problems);
        var machines = ImmutableArray.CreateBuilder<MachineSpec>();
        foreach (var declared in all)
        {
            if (reader.Read(declared) is { } machine)
                machines.Add(addresses.Place(machine, declared.Index));
        }

        return (machines.DrainToImmutable(), names);
    }

    ImmutableArray<Named<string>> CheckedMirrors(MapReading farm)
    {
        var mirrors = farm.Items(FarmKeys.Mirrors).AddRange(user.Mirrors);
        foreach (
            var mirror in mirrors.Where(mirror =>
                hasCatalogue
                && mirror.Name != FarmKeys.EveryFamily
                && families.Concat(Catalogue.Families).All(family => family.Name != mirror.Name)
            )
        )
            problems.Add(
                mirror.Node,
                $"no family {Words.Quote(mirror.Name)} in the catalogue",
                Catalogue.Find(mirror.Name, families) is { } known
                    ? $"the family is called {known.Family.Name}"
                    : Words.DidYouMeanOrKnown(
                        mirror.Name,
                        [FarmKeys.EveryFamily, .. families.Concat(Catalogue.Families).Select(family => family.Name).Distinct()]
                    )
            );
        return mirrors;
    }

    /// <summary>They are read only when somebody looks at them.</summary>
    IEnumerable<string> NamesOfFamilies()
    {
        foreach (var family in families.Concat(Catalogue.Families))
            yield return family.Name;
    }

    /// <summary>A platform of an image that only the catalogue's families or other spellings know.</summary>
    MapReading? OfCatalogue(string name, YamlNode node) =>
        Catalogue.Built(name, families) is { } built ? Catalogue.BuiltInPlatforms.First(platform => platform.Name == built.Name).Value
        : !hasCatalogue || Catalogue.Find(name, families) is not null
            ? new(node, [new(MachineKeys.Image, node, new MapReading(node, [new(ImageKeys.Name, node, name)]))])
        : null;

    bool IsSession(MapReading farm, HypervisorReader hypervisors) =>
        farm.Has(FarmKeys.Hypervisors) ? hypervisors.All.Any(hypervisor => hypervisor.IsSession) : defaults.Session;

    static DispatchRules DispatchOf(MapReading? dispatch)
    {
        var domains = dispatch is null ? [] : dispatch.Items(DispatchKeys.PriorityDomains);
        return new DispatchRules(
            domains.IsEmpty ? ["kvm", "qemu"] : [.. domains.Select(domain => domain.Value).Distinct()],
            dispatch?.Maybe(DispatchKeys.Policy) ?? DispatchPolicy.Fair,
            dispatch?.Maybe(DispatchKeys.Retry) ?? DispatchRules.DefaultRetry
        );
    }
}
