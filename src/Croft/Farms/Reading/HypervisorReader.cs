using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>
/// The farm's hypervisors: those it declares, else the local one; and the machines of the farm that others name as theirs.
/// </summary>
sealed class HypervisorReader(string farm, FarmDefaults defaults, ProblemList problems)
{
    const string Local = "local";

    /// <summary>What the operating system of a machine that is a hypervisor keeps for itself.</summary>
    const long Reserve = 256L << 20;

    /// <summary>A machine that is a hypervisor may be emulated.</summary>
    static readonly TimeSpan InnerTimeout = TimeSpan.FromSeconds(30);

    static readonly ImmutableSortedDictionary<string, string> NoLabels = ImmutableSortedDictionary.Create<string, string>(
        StringComparer.Ordinal
    );
    static readonly ImmutableSortedDictionary<string, ImmutableArray<string>> NotDeclared = ImmutableSortedDictionary.Create<
        string,
        ImmutableArray<string>
    >(StringComparer.Ordinal);

    readonly List<HypervisorSpec> all = [];

    /// <summary>Where the machine of a hypervisor was named.</summary>
    readonly Dictionary<string, YamlNode> machines = new(StringComparer.Ordinal);

    public IReadOnlyList<HypervisorSpec> All => all;

    public void Read(MapReading map)
    {
        if (!map.Has(FarmKeys.Hypervisors))
        {
            all.Add(new HypervisorSpec(Local, defaults.LocalUri, Capacity.Unbounded, NoLabels, NotDeclared, Capacity.Unbounded, null));
            return;
        }

        foreach (var named in map.Items(FarmKeys.Hypervisors))
            all.Add(Read(named));
    }

    /// <summary>The name of the hypervisor that a machine asks for; null when there is none, which is reported.</summary>
    public string? Choose(MapReading choice)
    {
        if (choice.Get(MachineKeys.HypervisorMachine) is { } machine)
            return Inner(machine, choice.NodeOf(MachineKeys.HypervisorMachine));

        if (choice.Get(MachineKeys.HypervisorName)?.Split('/')[0] is not { } name || all.Exists(hypervisor => hypervisor.Name == name))
            return choice.Get(MachineKeys.HypervisorName)?.Split('/')[0];

        problems.Add(
            choice.Node,
            $"no hypervisor {Words.Quote(name)} in this farm",
            Words.DidYouMeanOrKnown(name, [.. all.Select(hypervisor => hypervisor.Name)])
        );
        return null;
    }

    /// <summary>All of them, now that the machines are known: those that are machines have what their machines give.</summary>
    /// <param name="declared">The names of all machines, also of those that could not be read.</param>
    public ImmutableArray<HypervisorSpec> Settle(IReadOnlyCollection<MachineSpec> machines, IReadOnlyCollection<string> declared)
    {
        foreach (var hypervisor in all.Where(hypervisor => hypervisor.Machine != hypervisor.Name && declared.Contains(hypervisor.Name)))
            problems.Add(
                hypervisor.At,
                $"hypervisors.{hypervisor.Name}",
                $"a machine is called {Words.Quote(hypervisor.Name)}, too: phases could not tell them apart",
                "give one of them another name"
            );

        if (this.machines.Count == 0)
            return [.. all];

        if (all.TrueForAll(hypervisor => hypervisor.Machine is not null))
            problems.Add(
                this.machines[all[0].Name],
                "every hypervisor is a machine of this farm",
                $"declare the one that runs them: {Local}: {{ uri: \"{defaults.LocalUri}\" }}"
            );

        foreach (var (name, node) in this.machines)
        {
            if (node is YamlScalar { Text: var machine } && !declared.Contains(machine))
                problems.Add(
                    node,
                    $"no machine {Words.Quote(machine)} in this farm",
                    Words.DidYouMeanOrKnown(machine, [.. declared.Take(100)])
                );
        }

        var byName = machines.ToDictionary(machine => machine.Name, StringComparer.Ordinal);
        return
        [
            .. all.Select(hypervisor =>
                hypervisor.Machine is { } name && byName.TryGetValue(name, out var machine)
                    ? Settle(hypervisor, machine, byName)
                    : hypervisor
            ),
        ];
    }

    HypervisorSpec Settle(HypervisorSpec hypervisor, MachineSpec machine, Dictionary<string, MachineSpec> machines) =>
        hypervisor with
        {
            Capabilities = hypervisor.Capabilities.IsEmpty ? NotDeclared.Add(machine.Arch, ["qemu"]) : hypervisor.Capabilities,
            Size = new(hypervisor.Size.Vcpus ?? machine.Vcpus, hypervisor.Size.Memory ?? Math.Max(machine.Memory - Reserve, 1)),
            Depth = DepthOf(hypervisor, machines),
        };

    int DepthOf(HypervisorSpec hypervisor, Dictionary<string, MachineSpec> machines)
    {
        List<string> within = [];
        for (
            var outer = hypervisor;
            outer?.Machine is { } name && machines.TryGetValue(name, out var machine);
            outer = all.Find(h => h.Name == machine.Hypervisor)
        )
        {
            if (within.Contains(name))
            {
                if (name == hypervisor.Machine)
                    problems.Add(
                        this.machines[hypervisor.Name],
                        $"machine {Words.Quote(name)} would run inside itself: {string.Join(" in ", [.. within, name])}",
                        "let one of them run on a host outside"
                    );

                break;
            }

            within.Add(name);
        }

        return within.Count;
    }

    string Inner(string machine, YamlNode node)
    {
        if (all.Find(hypervisor => hypervisor.Machine == machine) is { } known)
            return known.Name;

        if (all.Exists(hypervisor => hypervisor.Name == machine))
        {
            problems.Add(
                node,
                $"hypervisor {Words.Quote(machine)} is declared, and is not the machine of that name",
                $"declare the machine under another name: inner: {{ machine: {machine} }}"
            );
        }
        else
        {
            this.machines[machine] = node;
            all.Add(
                new HypervisorSpec(machine, UriOf(machine), Capacity.Unbounded, NoLabels, NotDeclared, Capacity.Unbounded, node.At)
                {
                    Machine = machine,
                    ConnectionTimeout = InnerTimeout,
                }
            );
        }

        return machine;
    }

    HypervisorSpec Read(Named<MapReading> named)
    {
        var map = named.Value;
        var machine = map.Get(HypervisorKeys.Machine);
        var address = new HypervisorAddress(map.Get(HypervisorKeys.Uri) ?? "");
        var declared = map.Has(HypervisorKeys.Jumps);
        CheckWay(named.Name, machine, address, map);
        return new HypervisorSpec(
            named.Name,
            machine is null ? InProject(map.Get(HypervisorKeys.Uri) ?? "", map.Get(HypervisorKeys.Project)) : UriOf(machine),
            CapacityOf(map.Get(HypervisorKeys.Limits)),
            NoLabels.AddRange(map.Items(HypervisorKeys.Labels).Select(label => KeyValuePair.Create(label.Name, label.Value))),
            CapabilitiesOf(map),
            CapacityOf(map.Get(HypervisorKeys.Size)),
            named.At
        )
        {
            Overcommit = new(
                map.Get(HypervisorKeys.Overcommit)?.Maybe(OvercommitKeys.Vcpus),
                map.Get(HypervisorKeys.Overcommit)?.Maybe(OvercommitKeys.Memory)
            ),
            Jumps =
                declared ? map.Items(HypervisorKeys.Jumps)
                : address.IsSsh && address.Jump is { } itself ? [itself]
                : [],
            IsWayUnknown = !declared && address.IsFarAway && !HypervisorSpec.IsLxdUri(map.Get(HypervisorKeys.Uri) ?? ""),
            ConnectionTimeout = map.Maybe(HypervisorKeys.ConnectionTimeout)
                ?? (machine is null ? HypervisorSpec.DefaultConnectionTimeout : InnerTimeout),
            Machine = machine,
        };
    }

    void CheckWay(string name, string? machine, HypervisorAddress address, MapReading map)
    {
        if (machine is not null)
            CheckInner(name, machine, map);
        else if (!IsWritten(map, HypervisorKeys.Uri) && !IsWritten(map, HypervisorKeys.Machine))
            problems.AddMissing(
                map.Node,
                HypervisorKeys.Uri.Name,
                "missing",
                "a hypervisor needs uri: a libvirt URI; or machine: a machine of this farm"
            );
        else if (map.Get(HypervisorKeys.Uri) is { } uri && Ways.Lack(uri, address, map.Has(HypervisorKeys.Project)) is { } lack)
            problems.Add(map.NodeOf(HypervisorKeys.Uri), lack.What, lack.Cure);

        if (map.Has(HypervisorKeys.Project) && !HypervisorSpec.IsLxdUri(map.Get(HypervisorKeys.Uri) ?? ""))
            problems.Add(
                map.NodeOf(HypervisorKeys.Project),
                "only LXD and Incus have projects",
                "leave it out, or write uri: lxd:// or incus://"
            );

        if (address.IsSsh && !map.Has(HypervisorKeys.Jumps) && address.Jump is null)
            problems.Add(
                map.NodeOf(HypervisorKeys.Uri),
                $"ssh cannot be told to go to {Words.Quote(address.Authority)} with these parameters",
                "write qemu+ssh://user@host:port/system; jump says another way to the guests"
            );
    }

    void CheckInner(string name, string machine, MapReading map)
    {
        var node = map.NodeOf(HypervisorKeys.Machine);
        this.machines[name] = node;
        foreach (var field in new Field[] { HypervisorKeys.Uri, HypervisorKeys.Jumps }.Where(field => IsWritten(map, field)))
            problems.Add(
                map.NodeOf(field),
                $"a hypervisor that is a machine of this farm has no {field.Name}: it follows from the machine",
                "leave it out"
            );

        if (all.Find(hypervisor => hypervisor.Machine == machine) is { } other)
            problems.Add(node, $"machine {Words.Quote(machine)} is hypervisor {Words.Quote(other.Name)} already", "keep one of them");
    }

    static string InProject(string uri, string? project) =>
        project is null ? uri : $"{uri}{(uri.Contains('?', StringComparison.Ordinal) ? ';' : '?')}project={project}";

    static bool IsWritten(MapReading map, Field field) =>
        map.Node is YamlMap node && node.Entries.Any(entry => entry.Key == field.Name && entry.Value is not YamlScalar { IsNull: true });

    /// <summary>As Croft's own ssh configuration knows the machine.</summary>
    string UriOf(string machine) => $"qemu+ssh://{farm}.{machine}/system";

    static ImmutableSortedDictionary<string, ImmutableArray<string>> CapabilitiesOf(MapReading map) =>
        NotDeclared.SetItems(
            map.Items(HypervisorKeys.Capabilities)
                .Select(arch =>
                    KeyValuePair.Create(arch.Name, ImmutableArray.CreateRange(arch.Value.Select(type => type.Value).Distinct()))
                )
        );

    static Capacity CapacityOf(MapReading? map) =>
        map is null ? Capacity.Unbounded : new Capacity(map.Maybe(CapacityKeys.Vcpus), map.Maybe(CapacityKeys.Memory));
}
