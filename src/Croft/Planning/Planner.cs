using System.Collections.Immutable;
using System.Net;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Makes the plan. Pure: no clock, no randomness, nothing asked of the world.</summary>
public sealed partial class Planner
{
    /// <summary>Loopback ports for the ssh of machines with user networking.</summary>
    const int FirstPort = 22000;
    const int PortCount = 8000;
    const int MostCards = 8;

    readonly PlanInput input;
    readonly List<Problem> problems = [];
    readonly List<string> notes = [];

    /// <summary>By network and, in a hypervisor that is a machine of the farm, by that: there a network is one of its own.</summary>
    readonly Dictionary<(string Network, string? Inner), AddressBook> books = [];

    /// <summary>The farm's networks as they are, by their name in the farm and the hypervisor.</summary>
    readonly Dictionary<(string Network, string Hypervisor), NetworkState> networks = [];
    readonly Dictionary<string, HypervisorSpec> inner;
    readonly Dictionary<string, (HypervisorState Hypervisor, MachineState Machine)> existing;
    readonly HashSet<string> declared;
    readonly HashSet<(string Hypervisor, MachineId Machine)> keepers;
    readonly List<Nic> others;
    readonly HashSet<string> macs;

    /// <summary>Those that networks of others keep an address for: for whoever is given one of them.</summary>
    readonly HashSet<string> promised;

    /// <summary>How many cards the machines have in each network.</summary>
    readonly Dictionary<string, int> cards;
    readonly HashSet<string> ownMacs = new(StringComparer.Ordinal);
    readonly HashSet<int> ports;
    readonly HashSet<string> unmakeable = new(StringComparer.Ordinal);
    readonly Dictionary<string, int> keptPorts = new(StringComparer.Ordinal);

    Planner(PlanInput input)
    {
        this.input = input;
        existing = input
            .Inventory.MachinesOf(input.Farm.Name)
            .GroupBy(m => m.Machine.Record!.Name)
            .ToDictionary(g => g.Key, g => g.MaxBy(m => m.Machine.Record!.Standing), StringComparer.Ordinal);
        others = input
            .Inventory.Hypervisors.SelectMany(h => h.Machines)
            .Where(m => m.Record is not null && m.Record.Farm != input.Farm.Name)
            .SelectMany(m => m.Record!.Nics)
            .ToList();
        inner = Farm.InnerHypervisors.ToDictionary(h => h.Name, StringComparer.Ordinal);
        declared = Farm.Machines.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        keepers = (from h in input.Inventory.Hypervisors from s in h.States where s.IsUsers select (h.Name, s.Machine)).ToHashSet();
        var reserved = input
            .Inventory.Hypervisors.SelectMany(h => h.Networks)
            .Where(n => n.Farm != Farm.Name)
            .SelectMany(n => n.Reservations.Select(r => (Entry: r, IsFarms: n.Farm is not null)))
            .Where(r => !declared.Contains(r.Entry.Host) || !IsOurs(r.Entry))
            .ToLookup(r => r.IsFarms, r => r.Entry.Mac);
        macs = [.. others.Select(n => n.Mac), .. reserved[true]];
        promised = [.. reserved[false]];
        cards = Farm
            .Machines.SelectMany(m => m.Networks)
            .CountBy(n => n.Network, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        macs.EnsureCapacity(macs.Count + cards.Values.Sum());
        ports = [.. input.Inventory.Hypervisors.SelectMany(h => h.BusyPorts), .. others.Select(n => n.Port).OfType<int>()];
        KeepPorts();
        foreach (var nic in existing.Values.SelectMany(m => m.Machine.Record!.Nics))
        {
            if (macs.Add(nic.Mac))
                ownMacs.Add(nic.Mac);
        }

        macs.UnionWith(from h in input.Inventory.Hypervisors from n in h.Networks from other in n.Others select other.Mac);
    }

    Farm Farm => input.Farm;

    void Refuse(Location? at, string path, string what, string? cure = null, bool isWorld = false) =>
        problems.Add(new(at, path, what, cure, isWorld));

    /// <summary>Makes the plan of a farm.</summary>
    public static Plan Make(PlanInput input) => new Planner(input).Make();

    Plan Make()
    {
        var phases = input.AllPhases.ToList();
        problems.AddRange(phases.SelectMany(p => p.Problems()));
        CheckOwner();
        CheckWays();
        CheckNetworks();
        foreach (var network in Farm.Networks)
            books[(network.Name, null)] = OpenBook(network, null);
        foreach (var hypervisor in inner.Values.OrderBy(h => h.Depth))
            OpenBooks(hypervisor);
        foreach (var machine in Farm.Machines)
            FixAddresses(machine);
        var placement = new Placement(input);
        var machines = PlanMachines(placement);
        var defined = PlanDefinitions(machines);
        CheckProjects(machines);
        CheckCards(machines);
        return new(
            Farm,
            PlanNetworks(machines),
            machines,
            [.. existing.Keys.Where(name => !declared.Contains(name)).Order(StringComparer.Ordinal)],
            [.. problems]
        )
        {
            Decision = placement.Decision,
            Defined = defined,
            HostFaults = [.. input.Inventory.Hypervisors.SelectMany(state => HostFaults.Of(state, Farm))],
            Phases = string.Join(' ', phases.Select(p => p.Digest)),
            Notes = [.. phases.SelectMany(p => p.Notes), .. notes, .. NotesOn(machines)],
            Superfluous =
            [
                .. from m in input.Inventory.MachinesOf(Farm.Name)
                let counts = existing[m.Machine.Record!.Name]
                where counts.Machine != m.Machine
                select new SuperfluousMachine(m.Machine.Record!.Name, m.Hypervisor.Name, counts.Hypervisor.Name),
            ],
        };
    }

    /// <summary>In declared order, each after the machine that it is inside of.</summary>
    ImmutableArray<PlannedMachine> PlanMachines(Placement placement)
    {
        if (inner.Count == 0)
            return [.. Farm.Machines.Select(machine => PlanMachine(machine, placement, null))];
        var planned = new Dictionary<string, PlannedMachine>(StringComparer.Ordinal);
        foreach (var machine in Farm.Machines.OrderBy(m => inner.GetValueOrDefault(HomeOf(m) ?? "")?.Depth ?? 0))
            planned[machine.Name] = PlanMachine(
                machine,
                placement,
                inner.GetValueOrDefault(HomeOf(machine) ?? "")?.Machine is { } host ? planned.GetValueOrDefault(host) : null
            );
        return [.. Farm.Machines.Select(m => planned[m.Name])];
    }

    /// <summary>The hypervisor that a machine is on or asks for; null leaves it to the plan.</summary>
    string? HomeOf(MachineSpec machine) => existing.TryGetValue(machine.Name, out var found) ? found.Hypervisor.Name : machine.Hypervisor;

    /// <summary>A hypervisor where that is a machine of the farm; else null.</summary>
    string? InnerOf(string? hypervisor) => hypervisor is not null && inner.ContainsKey(hypervisor) ? hypervisor : null;

    void CheckOwner()
    {
        var strangers = input
            .Inventory.MachinesOf(Farm.Name)
            .Where(m => m.Machine.Record!.Owner != input.Owner)
            .Select(m => (m.Hypervisor.Name, m.Machine.Record!.Folder))
            .Concat(
                from h in input.Inventory.Hypervisors
                from n in h.Networks
                where n.Farm == Farm.Name && n.Owner != input.Owner
                select (h.Name, n.Folder ?? "")
            )
            .ToList();
        if (strangers.Count > 0)
            Refuse(
                new(Path.GetFileName(Farm.File), 1, 1),
                "farm",
                $"the name \"{Farm.Name}\" is in use on hypervisor \"{strangers[0].Name}\" by the farm {Whose(strangers[0].Item2, Farm)}",
                "choose another name: farm: NAME; or take that farm over: croft adopt",
                isWorld: true
            );
    }

    /// <summary>
    /// As in "the farm in A, not the one in B". The same folder without its owner id, as <c>git clean</c> leaves it, would read as
    /// nonsense.
    /// </summary>
    public static string Whose(string folder, Farm farm) =>
        folder == farm.Directory ? $"that was in {folder} before its .croft/owner went" : $"in {folder}, not the one in {farm.Directory}";

    /// <param name="host">The machine that it is inside of.</param>
    PlannedMachine PlanMachine(MachineSpec spec, Placement placement, PlannedMachine? host)
    {
        var has = existing.TryGetValue(spec.Name, out var found);
        var (hypervisor, virtType, reason) = placement.Place(spec, has ? found.Hypervisor : null, has ? found.Machine : null);
        if (hypervisor is null && !spec.Networks.Any(n => unmakeable.Contains(n.Network)))
            RefuseHomeless(spec, reason);
        var record = has ? found.Machine.Record : null;
        if (has)
        {
            RefuseLost(spec, found.Hypervisor, found.Machine);
            RefuseRenamed(spec, found.Hypervisor.Name, found.Machine);
        }
        else if (hypervisor is not null)
            RefuseTaken(spec, hypervisor);

        var nics = spec.Networks.Select((nic, i) => PlanNic(spec, nic, i, hypervisor, record)).ToImmutableArray();
        var image = input.Images.GetValueOrDefault(spec.Image);
        var own = record is null ? (MachineAction.Create, "does not exist") : Compare(found.Machine, record, spec, virtType, nics, image);
        var (action, why) = Affected(spec, has && found.Machine.IsOn, nics, hypervisor, Within(host, own));
        CheckNew(spec, action, why, found);
        var layers = LayersOf(spec, virtType, image, nics, hypervisor);
        return new()
        {
            Spec = spec,
            Farm = Farm.Name,
            Hypervisor = hypervisor?.Name,
            VirtType = virtType,
            Nics = nics,
            Image = image,
            Existing = has ? found.Machine : null,
            Action = action,
            Reason =
                action == MachineAction.Create
                    ? $"{reason}{(image is null && spec.Image.Origin is not EmptyImage ? "; image is built or fetched first" : "")}{(host?.Existing is not null && hypervisor?.IsOff == true ? $"; what is in {host.Spec.Name} shows when it runs" : "")}"
                    : why,
            Layers = layers.IsEmpty ? [] : layers[0],
            Further = layers.IsEmpty ? [] : layers.RemoveAt(0),
            Slowness = (hypervisor?.SlownessOf(spec.Arch, virtType) ?? 1) * (host?.Slowness ?? 1),
            IsReplaceable = !has || record!.InUse is null && !keepers.Contains((found.Hypervisor.Name, new(Farm.Name, spec.Name))),
        };
    }

    /// <summary>What the member of a cluster has that does not answer can be neither changed nor made again.</summary>
    void RefuseLost(MachineSpec spec, HypervisorState hypervisor, MachineState machine)
    {
        if (machine is { Power: PowerState.Unknown, Member: { } member })
            Refuse(
                spec.At,
                $"vms.{spec.Name}",
                $"machine \"{spec.Name}\" is on member {member} of hypervisor \"{hypervisor.Name}\", which does not answer",
                $"bring {member} back; if it is gone for good, remove it by force, and what it had with it: {hypervisor.Containers!.Tool} cluster remove --force {member}",
                isWorld: true
            );
    }

    /// <summary>Another one of its name would stand on its disks.</summary>
    void RefuseRenamed(MachineSpec spec, string hypervisor, MachineState machine)
    {
        if (machine.NameCure is { } cure)
            Refuse(spec.At, $"vms.{spec.Name}", Renamed(machine, hypervisor), cure, isWorld: true);
    }

    /// <summary>A hypervisor takes each name once.</summary>
    void RefuseTaken(MachineSpec spec, HypervisorState hypervisor)
    {
        var name = new MachineId(Farm.Name, spec.Name).ToString();
        if (hypervisor.Machines.Any(m => m.Record is null && m.Name == name))
            Refuse(
                spec.At,
                $"vms.{spec.Name}",
                $"hypervisor \"{hypervisor.Name}\" has a machine {name} that Croft did not make",
                $"give this one another name; or, if nobody needs that one: virsh undefine {name}",
                isWorld: true
            );
    }

    /// <summary>What somebody did to a machine that has a <see cref="MachineState.NameCure"/>.</summary>
    public static string Renamed(MachineState machine, string hypervisor) =>
        $"machine \"{machine.Record!.Name}\" was renamed {Words.Quote(machine.Name)} on hypervisor \"{hypervisor}\"";

    void RefuseHomeless(MachineSpec spec, string reason) =>
        Refuse(
            spec.At,
            $"vms.{spec.Name}",
            $"machine \"{spec.Name}\" fits no hypervisor: {reason}",
            "croft hypervisors shows what each can run",
            isWorld: true
        );

    /// <summary>In each of its projects.</summary>
    ImmutableArray<ImmutableArray<PlannedLayer>> LayersOf(
        MachineSpec spec,
        string? virtType,
        string? image,
        ImmutableArray<Nic> nics,
        HypervisorState? hypervisor
    ) =>
        hypervisor is null
        || virtType is null
        || hypervisor.Can?.States == StateKind.None
        || ContainerRestrictions.ForbidSnapshots(hypervisor)
            ? []
            : [.. spec.Parts.Select(part => LayerChain.Of(input.In(part.Project), spec, virtType, image, nics, hypervisor))];

    void CheckNew(MachineSpec spec, MachineAction action, string why, (HypervisorState Hypervisor, MachineState Machine) found)
    {
        if (action is MachineAction.Create or MachineAction.Recreate)
            CheckDisk(spec);
        if (action == MachineAction.Recreate && found.Machine.Unprotect is { } command)
            Refuse(
                spec.At,
                $"vms.{spec.Name}",
                $"machine \"{spec.Name}\" is protected from being removed, and is to be made anew: {why}",
                $"on hypervisor \"{found.Hypervisor.Name}\", if it may go: {command}",
                isWorld: true
            );
    }

    void CheckDisk(MachineSpec spec)
    {
        if (input.DiskSizes.TryGetValue(spec.Image, out var size) && spec.DiskSize < size)
            Refuse(
                spec.At,
                $"vms.{spec.Name}.disk",
                $"{Room.Size(spec.DiskSize.Value)} is smaller than the image {Words.Quote(spec.Image.Name)}, which is a disk of {Room.Size(size)}",
                "write as much or more, or leave disk out"
            );
    }

    /// <summary>What happens to the machine that it is inside of happens to it, too.</summary>
    static (MachineAction Action, string Reason) Within(PlannedMachine? host, (MachineAction Action, string Reason) own) =>
        (host?.Action, own.Action) switch
        {
            (MachineAction.Recreate, not MachineAction.Create) => (MachineAction.Recreate, $"goes with {host!.Spec.Name}, which it is in"),
            (not (null or MachineAction.None), MachineAction.None) => (
                MachineAction.Start,
                $"is shut down with {host!.Spec.Name}, which it is in"
            ),
            _ => own,
        };

    static (MachineAction Action, string Reason) Compare(
        MachineState machine,
        MachineRecord record,
        MachineSpec spec,
        string? virtType,
        ImmutableArray<Nic> nics,
        string? image
    )
    {
        if (machine.Power == PowerState.Unknown)
            return (MachineAction.None, "is out of reach");
        if (image is not null && record.DiskDigest != Identity.DiskDigest(spec, image))
            return DisksThatChange(record, spec, image);
        if (record.HardwareDigest != Identity.HardwareDigest(spec, virtType ?? "", nics))
            return (MachineAction.Restart, "its processors, memory, model, networks or domain_xml differ from the farm file");
        if (Resized(machine, spec) is { } resized)
            return (MachineAction.Restart, resized);
        if (WhatSomebodyTook(machine, record) is { } took)
            return took;
        return machine.Power switch
        {
            _ when machine.IsUnfinishedFork => (MachineAction.Recreate, "is a fork that was not finished"),
            PowerState.Running when record.IsStarting || record.Claim is not null => (
                MachineAction.Start,
                "runs, but has not answered yet"
            ),
            PowerState.Running when PlannedMachine.Told(spec, record) is { } told && told != record.Autostart => (
                MachineAction.Start,
                $"runs, and is {(told ? "" : "not ")}to start with its host from now on"
            ),
            PowerState.Running when machine.IsForgotten => (MachineAction.Start, "runs, but somebody undefined it; it is defined again"),
            PowerState.Running => (MachineAction.None, "runs as declared"),
            PowerState.Paused => (MachineAction.Start, "is paused"),
            _ when nics.Zip(record.Nics).FirstOrDefault(n => n.First.Port != n.Second.Port) is ({ } now, { Port: { } taken }) => (
                MachineAction.Start,
                $"is off; port {taken} was taken meanwhile, {now.Port} is used"
            ),
            _ => (MachineAction.Start, machine.IsSaved ? "is off, its memory saved, and goes on from there" : "is off"),
        };
    }
}
