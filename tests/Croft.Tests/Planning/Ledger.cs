using System.Globalization;
using System.Text;
using Croft.Engines;
using Croft.Planning;

namespace Croft.Tests.Planning;

/// <summary>
/// Two farms come, change and go on the same hosts, at random; nothing is ever given out twice and no host is ever overfull.
/// </summary>
public sealed class Ledger
{
    [Fact]
    public void IsNeverOverdrawn()
    {
        var placed = 0;
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var hosts = Enumerable
                .Range(0, random.Next(1, 4))
                .Select(i =>
                    Lab.Host($"h{i}", memory: random.Next(2, 12) * 512 * Lab.MiB) with
                    {
                        BusyPorts = [.. Enumerable.Range(0, 40).Select(_ => random.Next(22000, 30000))],
                        Machines = [Lab.Stranger("x", random.Next(2) * 512 * Lab.MiB)],
                    }
                )
                .ToList();
            var rules = Rules(random, hosts);
            for (var round = 0; round < 6; round++)
            {
                var name = random.Next(2) == 0 ? "owner" : "guest";
                var input = Lab.Input(Text(random, name, rules, hosts), hosts);
                var plan = Planner.Make(input);
                Check(plan, hosts, $"seed {seed} round {round}");
                placed += plan.Machines.Count(m => m.Hypervisor is not null);
                if (plan.Problems.IsEmpty)
                    hosts = [.. Forget(Lab.Done(input, plan, powerOf: _ => (PowerState)random.Next(4)), random)];
            }
        }

        Assert.True(placed > 1000, $"only {placed} machines were placed: these farms prove nothing");
    }

    static void Check(Plan plan, List<HypervisorState> hosts, string which)
    {
        foreach (var host in hosts)
        {
            var spec = plan.Farm.Hypervisors.First(h => h.Name == host.Name);
            var here = plan.Machines.Where(m => m.Hypervisor == host.Name).ToList();
            var domains = plan.Machines.Where(m => m.Existing is not null).Select(m => m.Existing!.Name).ToHashSet();
            var others = host.Machines.Where(m => m.Power is PowerState.Running or PowerState.Paused && !domains.Contains(m.Name)).ToList();
            var memory = (long)(host.Memory * (spec.Overcommit.Memory ?? 1));
            var vcpus = Math.Min(host.Vcpus * spec.Overcommit.Vcpus ?? int.MaxValue, spec.Limits.Vcpus ?? int.MaxValue);
            var moreMemory = here.Any(m => m.Existing is null || m.Spec.Memory > m.Existing.Memory);
            var moreVcpus = here.Any(m => m.Existing is null || m.Spec.Vcpus > m.Existing.Vcpus);
            Assert.False(
                moreMemory && here.Sum(m => m.Spec.Memory) + others.Sum(m => m.Memory) > memory,
                $"{which}: memory of {host.Name}"
            );
            Assert.False(
                moreVcpus && here.Sum(m => m.Spec.Vcpus) + others.Where(m => m.Record is not null).Sum(m => m.Vcpus) > vcpus,
                $"{which}: vcpus of {host.Name}"
            );
        }

        foreach (var machine in plan.Machines.Where(m => m.Hypervisor is null && m.Existing is null))
            Assert.All(hosts, host =>
                Assert.Contains(
                    $"{host.Name}: ",
                    plan.Problems.First(p =>
                        p.Message.Contains($"\"{machine.Spec.Name}\" fits no hypervisor", StringComparison.Ordinal)
                    ).Message
                )
            );
        var theirs = hosts
            .SelectMany(h => h.Machines)
            .Where(m => m.Record is not null && m.Record.Farm != plan.Farm.Name)
            .SelectMany(m => m.Record!.Nics)
            .ToList();
        var ours = plan.Machines.SelectMany(m => m.Nics).ToList();
        Unique(ours.Concat(theirs).Select(n => n.Mac), $"{which}: MAC");
        Unique(ours.Concat(theirs).Select(n => n.Port).OfType<int>(), $"{which}: port");
        Unique(ours.Concat(theirs).Where(n => n.Address is not null).Select(n => (n.Bridge, n.Address)), $"{which}: address");
        foreach (
            var machine in plan.Machines.Where(m =>
                m.Nics[0].Port is not null && m.Existing?.Power is not (PowerState.Running or PowerState.Paused)
            )
        )
            Assert.False(hosts.Any(h => h.BusyPorts.Contains(machine.Nics[0].Port!.Value)), $"{which}: busy port of {machine.Spec.Name}");
    }

    static void Unique<T>(IEnumerable<T> things, string what)
    {
        var twice = things.GroupBy(t => t).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        Assert.True(twice.Count == 0, $"{what} {string.Join(' ', twice)} is given out twice");
    }

    static IEnumerable<HypervisorState> Forget(IEnumerable<HypervisorState> hosts, Random random) =>
        hosts.Select(h =>
            h with
            {
                // Killed before it was defined: its reservation stays.
                Machines = [.. h.Machines.Where(m => m.Record is null || random.Next(5) > 0)],
                BusyPorts =
                [
                    .. h
                        .Machines.Where(m => m.Power is PowerState.Running or PowerState.Paused && m.Record is not null)
                        .SelectMany(m => m.Record!.Nics)
                        .Select(n => n.Port)
                        .OfType<int>(),
                    .. Enumerable.Range(0, 40).Select(_ => random.Next(22000, 30000)),
                ],
            }
        );

    /// <summary>Policy and capacities, the same for both farms of a world.</summary>
    static string Rules(Random random, List<HypervisorState> hosts)
    {
        string[] bounds =
        [
            "",
            ", limits: { vcpus: 6 }",
            ", overcommit: { memory: 1.5, vcpus: 0.5 }",
            ", overcommit: { memory: 0.75 }, limits: { vcpus: 7 }",
        ];
        return $"dispatch: {{ policy: {new[] { "fair", "spread", "pack" }[random.Next(3)]} }}\n"
            + Lab.Hypervisors(hosts.Select(h => $"{h.Name}: {{ uri: qemu+ssh://{h.Name}/system{bounds[random.Next(bounds.Length)]} }}"));
    }

    static string Text(Random random, string name, string rules, List<HypervisorState> hosts)
    {
        var shares = name == "guest" && hosts.Any(h => h.Networks.Any(n => n.Name == "owner.lan"));
        var text = new StringBuilder($"farm: {name}\n").Append(rules);
        text.Append(
            CultureInfo.InvariantCulture,
            $"networks:\n  u: {{ mode: user }}\n  lan: {{ {(shares ? "shared: owner.lan" : name == "owner" ? "cidr: 10.9.0.0/28" : "cidr: 10.9.1.0/28")} }}\n  more: {{}}\nvms:\n  list:\n"
        );
        foreach (var i in Enumerable.Range(0, 9).Where(_ => random.Next(3) > 0))
        {
            var networks = random.Next(4) switch
            {
                0 => "[u]",
                1 => "[lan, more]",
                2 => "[more]",
                _ => "[lan]",
            };
            text.Append(
                CultureInfo.InvariantCulture,
                $"    - {{ name: {name[0]}{i}, platform: debian_13, memory: {random.Next(1, 4) * 256}MiB, vcpus: {random.Next(1, 3)}, networks: {networks} }}\n"
            );
        }

        return text.Append("    - { name: last, platform: debian_13, memory: 64MiB, networks: [u] }\n").ToString();
    }
}
