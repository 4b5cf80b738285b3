using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>
/// Which machines there are: the permutations that are not excluded, then the list. An entry without a name and a count is the permutation
/// of its platform and target, and changes it; everything else is a machine of its own.
/// </summary>
sealed class MachineList(Definitions platforms, Definitions targets, string hostTarget, ProblemList problems)
{
    static readonly string[] Reserved = ["all", "ungrouped", "vms", "localhost"];

    readonly List<DeclaredMachine> machines = [];
    readonly Dictionary<(string Platform, string Target), int> pairs = [];
    readonly Dictionary<string, YamlNode> names = new(StringComparer.Ordinal);

    public List<DeclaredMachine> Expand(MapReading vms)
    {
        var exclusions = vms.Items(VmsKeys.Exclude);
        Permute(vms.Get(VmsKeys.Permutations), exclusions);
        foreach (var entry in vms.Items(VmsKeys.List))
            AddEntry(entry.Value);

        if (machines.Count > VmsKeys.MostMachines)
        {
            problems.Add(vms.Node, $"more than {VmsKeys.MostMachines:N0} machines");
            machines.Clear();
        }

        return machines;
    }

    void Permute(MapReading? permutations, ImmutableArray<Item<MapReading>> exclusions)
    {
        var matched = new bool[exclusions.Length];
        if (permutations is not null)
        {
            var inner = Known(permutations.Items(VmsKeys.Targets), targets);
            if (!permutations.Has(VmsKeys.Targets) && targets.Find(hostTarget, permutations.Node) is not null)
                inner.Add(new(permutations.Node, hostTarget));

            foreach (var platform in Known(permutations.Items(VmsKeys.Platforms), platforms))
            {
                foreach (var target in inner)
                {
                    if (!IsExcluded(platform.Value, target.Value, exclusions, matched) && HasRoom())
                        AddPair(platform.Value, target.Value, null, platform.Node);
                }
            }
        }

        ReportIdle(exclusions, matched);
    }

    void AddEntry(MapReading entry)
    {
        if (entry.Get(VmsKeys.Platform) is not { } platform)
            return;

        var target = entry.Get(VmsKeys.Target) ?? hostTarget;
        var isKnown = platforms.Find(platform, entry.NodeOf(VmsKeys.Platform)) is not null;
        isKnown &= targets.Find(target, entry.NodeOf(VmsKeys.Target)) is not null;
        if (!isKnown)
            return;

        var name = entry.Get(VmsKeys.Name);
        if (entry.Maybe(VmsKeys.Count) is { } count)
            AddCounted(entry, name ?? DefaultName(platform, target), platform, target, count);
        else if (name is null)
            AddPair(platform, target, entry, entry.Node);
        else
            Add(new(name, platform, target, entry, 0, entry.Node));
    }

    void AddCounted(MapReading entry, string name, string platform, string target, int count)
    {
        if (!IsName($"{name}-{count}", entry.NodeOf(VmsKeys.Name), platform, target))
            return;

        for (var i = 0; i < count && HasRoom(); i++)
            Add(new($"{name}-{i + 1}", platform, target, entry, i, entry.Node));
    }

    void AddPair(string platform, string target, MapReading? entry, YamlNode node)
    {
        var isPlain = entry is null || entry.Values.All(value => value.Field == VmsKeys.Platform || value.Field == VmsKeys.Target);
        DeclaredMachine machine = new(DefaultName(platform, target), platform, target, isPlain ? null : entry, 0, node);
        if (!pairs.TryGetValue((platform, target), out var place))
        {
            if (IsName(machine.Name, node, platform, target) && Add(machine))
                pairs.Add((platform, target), machines.Count - 1);
        }
        else if (isPlain)
        {
            return;
        }
        else if (machines[place].Entry is { } other)
        {
            problems.Add(
                node,
                $"a second machine named {Words.Quote(machine.Name)}; the first is at {other.Node.At}",
                "give one of them a name"
            );
        }
        else
        {
            machines[place] = machine;
        }
    }

    bool Add(DeclaredMachine machine)
    {
        var node = machine.Entry?.NodeOf(VmsKeys.Name) ?? machine.Node;
        if (Reserved.Contains(machine.Name))
        {
            problems.Add(
                node,
                $"{Words.Quote(machine.Name)} is no name for a machine: it means something else in Ansible's inventory or in every guest's hosts file",
                "choose another"
            );
            return false;
        }

        if (Rules.IsNumber(machine.Name))
        {
            problems.Add(
                node,
                $"{Words.Quote(machine.Name)} is no name for a machine: guests take a bare number for an address",
                $"choose one with a letter, such as vm{machine.Name}"
            );
            return false;
        }

        if (this.names.TryAdd(machine.Name, node))
        {
            machines.Add(machine);
            return true;
        }

        problems.Add(
            node,
            $"a second machine named {Words.Quote(machine.Name)}; the first is at {this.names[machine.Name].At}",
            "give each machine a name of its own"
        );
        return false;
    }

    // One more than allowed is made, so that the excess is seen.
    bool HasRoom() => machines.Count <= VmsKeys.MostMachines;

    bool IsName(string name, YamlNode node, string platform, string target)
    {
        if (Rules.DnsLabel.TryParse(name, out _, out var complaint))
            return true;

        problems.Add(
            node,
            $"the machine of platform {Words.Quote(platform)} and target {Words.Quote(target)} gets no good name: {complaint.Message}",
            "declare it in vms.list with a name of its own"
        );
        return false;
    }

    static string DefaultName(string platform, string target) =>
        $"{platform}-{target}".Replace('_', '-').Replace('.', '-').ToLowerInvariant();

    static List<Item<string>> Known(ImmutableArray<Item<string>> names, Definitions definitions) =>
        [.. names.Where(name => definitions.Find(name.Value, name.Node) is not null).DistinctBy(name => name.Value)];

    static bool IsExcluded(string platform, string target, ImmutableArray<Item<MapReading>> exclusions, bool[] matched)
    {
        var isExcluded = false;
        for (var i = 0; i < exclusions.Length; i++)
        {
            var map = exclusions[i].Value;
            if (
                !map.IsEmpty
                && (map.Get(VmsKeys.ExcludedPlatform) ?? platform) == platform
                && (map.Get(VmsKeys.ExcludedTarget) ?? target) == target
            )
                isExcluded = matched[i] = true;
        }

        return isExcluded;
    }

    void ReportIdle(ImmutableArray<Item<MapReading>> exclusions, bool[] matched)
    {
        for (var i = 0; i < exclusions.Length; i++)
        {
            if (exclusions[i].Value.IsEmpty)
                problems.Add(exclusions[i].Node, "names neither a platform nor a target");
            else if (!matched[i])
                problems.Add(exclusions[i].Node, "excludes nothing: no permutation is like this", "remove it, or correct its names");
        }
    }
}
