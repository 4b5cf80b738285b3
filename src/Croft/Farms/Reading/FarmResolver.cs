using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>Makes the farm of what was written: fills defaults, merges layers, resolves references.</summary>
sealed class FarmResolver(string file, FarmDefaults defaults, ProblemList problems)
{
    readonly string folder = Path.GetDirectoryName(file)!;

    public Farm Resolve(MapReading farm)
    {
        var name = farm.Get(FarmKeys.Name) ?? "";
        if (name == "image")
        {
            problems.Add(farm.NodeOf(FarmKeys.Name), "\"image\" is what the volumes of images are named by", "give the farm another name");
        }

        HypervisorReader hypervisors = new(name, defaults, problems);
        hypervisors.Read(farm);
        NetworkReader networks = new(name, IsSession(farm, hypervisors), problems);
        networks.Read(farm.Items(FarmKeys.Networks));
        var project = farm.Get(FarmKeys.Project);
        var (machines, names) = ResolveMachines(farm, project, hypervisors, networks);
        return new Farm(
            name,
            file,
            hypervisors.Settle(machines, names),
            DispatchOf(farm.Get(FarmKeys.Dispatch)),
            networks.All,
            machines,
            new ProjectReader(folder, problems).Read(project, name),
            [.. farm.Items(FarmKeys.SshKeys).Select(key => key.Value).Distinct()])
        {
            CacheKeep = farm.Get(FarmKeys.Cache)?.Maybe(CacheKeys.Keep) ?? Farm.DefaultCacheKeep,
        };
    }

    (ImmutableArray<MachineSpec> Machines, IReadOnlyCollection<string> Names) ResolveMachines(MapReading farm, MapReading? project, HypervisorReader hypervisors, NetworkReader networks)
    {
        Definitions platforms = new("platform", folder, MachineKeys.Platform, farm.Items(FarmKeys.Platforms), Catalogue.BuiltInPlatforms, problems);
        Definitions targets = new("target", folder, MachineKeys.Target, farm.Items(FarmKeys.Targets), Catalogue.BuiltInTargets, problems);
        if (farm.Get(FarmKeys.Vms) is not { } vms)
        {
            return ([], []);
        }

        MachineLayers layers = new(platforms, targets, project);
        var all = new MachineList(platforms, targets, Architectures.DebianName(defaults.HostArch), problems).Expand(vms);
        var names = all.Select(declared => declared.Name).ToHashSet(StringComparer.Ordinal);
        MachineReader reader = new(layers, new ImageReader(folder, problems), hypervisors, networks, defaults, names, problems);
        AddressCheck addresses = new(networks, problems);
        var machines = ImmutableArray.CreateBuilder<MachineSpec>();
        foreach (var declared in all)
        {
            if (reader.Read(declared) is { } machine)
            {
                machines.Add(addresses.Place(machine, declared.Index));
            }
        }

        return (machines.DrainToImmutable(), names);
    }

    bool IsSession(MapReading farm, HypervisorReader hypervisors) =>
        farm.Has(FarmKeys.Hypervisors) ? hypervisors.All.Any(hypervisor => hypervisor.IsSession) : defaults.Session;

    static DispatchRules DispatchOf(MapReading? dispatch)
    {
        var domains = dispatch is null ? [] : dispatch.Items(DispatchKeys.PriorityDomains);
        return new DispatchRules(
            domains.IsEmpty ? ["kvm", "qemu"] : [.. domains.Select(domain => domain.Value).Distinct()],
            dispatch?.Maybe(DispatchKeys.Policy) ?? DispatchPolicy.Fair,
            dispatch?.Maybe(DispatchKeys.Retry) ?? DispatchRules.DefaultRetry);
    }
}
