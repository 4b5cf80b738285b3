using Croft.Engines;
using Croft.Planning;

namespace Croft.Tests.Planning;

/// <summary>vm_dispatcher's rule, written here a second time from its own description.</summary>
public sealed class FairDispatch
{
    static readonly string[] Archs = ["x86_64", "aarch64", "riscv64"];
    static readonly string[] Types = ["kvm", "qemu"];

    [Fact]
    public void IsVmDispatchersRule()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var hosts = RandomHosts(random);
            string[] priority = random.Next(3) switch
            {
                0 => ["qemu", "kvm"],
                1 => ["kvm"],
                _ => ["kvm", "qemu"],
            };
            var items = Enumerable
                .Range(0, random.Next(1, 25))
                .Select(i => (Name: $"m{i}", Arch: Archs[random.Next(Archs.Length)]))
                .ToList();
            var plan = Planner.Make(Lab.Input(Text(hosts, priority, items), hosts));
            Assert.Equal(
                Rule(items, hosts, priority),
                string.Join(' ', plan.Machines.Select(m => $"{m.Spec.Name}@{m.Hypervisor ?? "-"}:{m.VirtType}")) + $" seed {seed}",
                StringStartsWith
            );
        }
    }

    [Fact]
    public void LetsMachinesThatExistStayAndAppendsTheNewOnes()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var hosts = RandomHosts(random).Select(h => h with { Unreachable = null }).ToList();
            var items = Enumerable
                .Range(0, random.Next(2, 20))
                .Select(i => (Name: $"m{i}", Arch: Archs[random.Next(Archs.Length)]))
                .ToList();
            var few = items.Take(items.Count / 2).ToList();
            var first = Lab.Input(Text(hosts, Types, few), hosts);
            var before = Planner.Make(first);
            var after = Planner.Make(Lab.Input(Text(hosts, Types, items), Lab.Done(first, before)));
            Assert.Equal(before.Machines.Select(m => m.Hypervisor), after.Machines.Take(few.Count).Select(m => m.Hypervisor));
            Assert.Equal(
                Rule(items, hosts, Types),
                string.Join(' ', after.Machines.Select(m => $"{m.Spec.Name}@{m.Hypervisor ?? "-"}:{m.VirtType}"))
            );
        }
    }

    [Fact]
    public void KeepsAMachineWhereItIsEvenWhereItWouldNotBePlacedNow()
    {
        var hosts = new[] { Lab.Host("h1", "x86_64:qemu"), Lab.Host("h2", "x86_64:qemu") };
        var text =
            "farm: f\n"
            + Lab.Hypervisors("h1", "h2")
            + "vms: { list: [ { name: a, platform: debian_13 }, { name: b, platform: debian_13 } ] }";
        var input = Lab.Input(text, hosts);
        var done = Lab.Done(input, Planner.Make(input));
        var faster = done.Select(h => h.Name == "h1" ? h with { VirtTypes = Lab.Host("x").VirtTypes } : h);
        Assert.Equal(["h1", "h2"], Lab.Plan(text, faster).Machines.Select(m => m.Hypervisor));
    }

    [Fact]
    public void IsPrintedWithItsReasons()
    {
        var plan = Lab.Plan(
            "farm: f\nnetworks: { lan: { cidr: 10.9.0.0/24 } }\n"
                + Lab.Hypervisors("h1", "h2", "slow")
                + "vms:\n  permutations: { platforms: [debian_12, debian_13], targets: [amd64, arm64] }\n  list: [ { name: db, platform: debian_13, target: amd64 } ]",
            Lab.Host("h1"),
            Lab.Host("h2"),
            Lab.Host("slow", "x86_64:qemu aarch64:qemu")
        );
        Assert.Equal(
            """
            debian-12-amd64 on h1 (kvm) lan=10.9.0.10: create, kvm, its turn
            debian-12-arm64 on slow (qemu) lan=10.9.0.11: create, the only one with qemu
            debian-13-amd64 on h2 (kvm) lan=10.9.0.12: create, kvm, its turn
            debian-13-arm64 on slow (qemu) lan=10.9.0.13: create, the only one with qemu
            db on h1 (kvm) lan=10.9.0.14: create, kvm, its turn
            network f.lan 10.9.0.0/24 on h1, new: debian-12-amd64 db
            network f.lan 10.9.0.0/24 on slow, new: debian-12-arm64 debian-13-arm64
            network f.lan 10.9.0.0/24 on h2, new: debian-13-amd64

            """,
            PlanText.Of(plan)
        );
    }

    static bool StringStartsWith(string rule, string planned) => planned[..planned.LastIndexOf(" seed ", StringComparison.Ordinal)] == rule;

    static List<HypervisorState> RandomHosts(Random random) =>
        [
            .. Enumerable
                .Range(0, random.Next(1, 6))
                .Select(i =>
                {
                    var offers = string.Join(
                        ' ',
                        Archs
                            .Where(_ => random.Next(3) > 0)
                            .Select(a => $"{a}:{(random.Next(3) switch { 0 => "kvm", 1 => "qemu", _ => "kvm,qemu" })}")
                    );
                    return Lab.Host($"h{i}", offers) with { Unreachable = random.Next(8) == 0 ? "does not answer" : null };
                }),
        ];

    static string Text(List<HypervisorState> hosts, string[] priority, List<(string Name, string Arch)> items) =>
        $"farm: f\ndispatch: {{ priority_domains: [{string.Join(", ", priority)}] }}\n{Lab.Hypervisors(hosts.Select(h => h.Name))}targets:\n"
        + string.Concat(Archs.Select(a => $"  on_{a}: {{ arch: {a} }}\n"))
        + "vms:\n  list:\n"
        + string.Concat(items.Select(i => $"    - {{ name: {i.Name}, platform: debian_13, target: on_{i.Arch} }}\n"));

    static string Rule(List<(string Name, string Arch)> items, List<HypervisorState> hosts, string[] priority)
    {
        var placed = new Dictionary<string, string>();
        foreach (var pool in items.GroupBy(i => i.Arch))
        {
            string? domain = null;
            var candidates = new List<string>();
            foreach (var type in priority)
            {
                candidates =
                [
                    .. hosts
                        .Where(h => h.Unreachable is null && h.VirtTypes.ContainsKey(pool.Key) && h.VirtTypes[pool.Key].Contains(type))
                        .Select(h => h.Name),
                ];
                domain = type;
                if (candidates.Count > 0)
                    break;
            }

            foreach (var (item, i) in pool.Select((item, i) => (item, i)))
                placed[item.Name] = candidates.Count == 0 ? "-:" : $"{candidates[i % candidates.Count]}:{domain}";
        }

        return string.Join(' ', items.Select(i => $"{i.Name}@{placed[i.Name]}"));
    }
}
