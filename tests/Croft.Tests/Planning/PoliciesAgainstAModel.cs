using System.Globalization;
using System.Text;
using Croft.Engines;
using Croft.Farms;
using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Planning;

/// <summary>Each policy, written here a second time: plainly, asking every hypervisor about every machine.</summary>
public sealed class PoliciesAgainstAModel
{
    static readonly string[] Offers =
    [
        "x86_64:kvm,qemu",
        "x86_64:qemu",
        "x86_64:kvm aarch64:qemu",
        "x86_64:kvm,qemu aarch64:qemu",
        "aarch64:kvm,qemu",
        "x86_64:qemu aarch64:qemu",
    ];

    [Theory]
    [InlineData("fair")]
    [InlineData("spread")]
    [InlineData("pack")]
    public void PlaceAsTheModelDoes(string policy)
    {
        var (placed, refused) = (0, 0);
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var hosts = Hosts(random);
            var farm = Reading.Farm(Text(random, policy, hosts));
            var input = Lab.Input(farm, hosts);
            var asked = farm.Machines[random.Next(farm.Machines.Length)].Name;
            var plan = Planner.Make(input with { Explain = asked });
            var model = new Model(farm, hosts);
            Assert.Equal(
                string.Join(' ', farm.Machines.Select(m => $"{m.Name}@{model.Place(m) ?? "-"}")),
                string.Join(' ', plan.Machines.Select(m => $"{m.Spec.Name}@{m.Hypervisor ?? "-"}"))
            );
            Assert.Equal(PlanText.Whole(Planner.Make(input)), PlanText.Whole(plan));
            Explains(plan, asked);
            placed += plan.Machines.Count(m => m.Hypervisor is not null);
            refused += plan.Machines.Count(m => m.Hypervisor is null);
        }

        Assert.True(placed > 1000 && refused > 100, $"{placed} placed, {refused} refused: these farms prove little");
    }

    /// <summary>The order that is told is the order that decided.</summary>
    static void Explains(Plan plan, string asked)
    {
        var decision = plan.Decision!;
        Assert.Equal(plan.Machines.First(m => m.Spec.Name == asked).Hypervisor, decision.Hypervisor);
        Assert.Equal(decision.Hypervisor, decision.Weighed.FirstOrDefault(w => w.Rank is not null && w.Barred is null)?.Hypervisor);
        Assert.Equal(plan.Farm.Hypervisors.Select(h => h.Name).Order(), decision.Weighed.Select(w => w.Hypervisor).Order());
        Assert.All(decision.Weighed.Where(w => w.Barred is null), w =>
            Assert.True(w.After.Memory >= 0 && w.After.Vcpus >= 0, w.Hypervisor)
        );
    }

    static List<HypervisorState> Hosts(Random random) =>
        [
            .. Enumerable
                .Range(0, random.Next(1, 14))
                .Select(i =>
                    Lab.Host($"h{i}", Offers[random.Next(Offers.Length)], random.Next(1, 9) * Lab.GiB) with
                    {
                        Vcpus = random.Next(4) * 8,
                        Unreachable = random.Next(9) == 0 ? "does not answer" : null,
                        Machines = [Lab.Stranger("x", random.Next(3) * 256 * Lab.MiB)],
                        Slowness = Lab.Host("slow").Slowness.SetItem("x86_64", random.Next(2, 20)).SetItem("aarch64", random.Next(2, 20)),
                    }
                ),
        ];

    static string Text(Random random, string policy, List<HypervisorState> hosts)
    {
        var text = new StringBuilder($"farm: f\ndispatch: {{ policy: {policy} }}\n");
        text.Append(
            Lab.Hypervisors(
                hosts.Select(
                    (h, i) =>
                        $"{h.Name}: {{ uri: qemu+ssh://{h.Name}/system, labels: {{ site: s{(i == 0 ? 1 : random.Next(2))} }}{(random.Next(3) == 0 ? ", limits: { vcpus: 9 }" : "")} }}"
                )
            )
        );
        text.Append("targets: { on_x86_64: { arch: x86_64 }, on_aarch64: { arch: aarch64 } }\nvms:\n  list:\n");
        for (var i = 0; i < random.Next(1, 40); i++)
        {
            var constraint = random.Next(8) switch
            {
                0 => ", require: { site: s1 }",
                1 => $", hypervisor: h{random.Next(hosts.Count)}",
                2 => ", virt_domain: qemu",
                3 => ", apart: g",
                _ => "",
            };
            text.Append(
                CultureInfo.InvariantCulture,
                $"    - {{ name: m{i}, platform: debian_13, target: on_{(random.Next(3) == 0 ? "aarch64" : "x86_64")}, memory: {random.Next(1, 6) * 256}MiB, vcpus: {random.Next(1, 4)}{constraint} }}\n"
            );
        }

        return text.ToString();
    }

    sealed class Model(Farm farm, List<HypervisorState> hosts)
    {
        readonly List<(MachineSpec Machine, string Host, string Type)> placed = [];
        readonly Dictionary<string, int> turns = [];

        public string? Place(MachineSpec machine)
        {
            var may = hosts
                .Where(h =>
                    h.Unreachable is null
                    && (machine.Hypervisor ?? h.Name) == h.Name
                    && machine.Require.All(r => Spec(h).Labels[r.Key] == r.Value)
                )
                .ToList();
            string[] types = machine.VirtType is null ? ["kvm", "qemu"] : [machine.VirtType];
            var type = types.FirstOrDefault(t => may.Any(h => Offers(h, t)));
            var candidates = may.Where(h => type is not null && Offers(h, type)).ToList();
            if (candidates.Count == 0)
                return null;
            var turn = turns.GetValueOrDefault(machine.Arch);
            var ordered = farm.Dispatch.Policy switch
            {
                DispatchPolicy.Fair => Enumerable.Range(turn, candidates.Count).Select(i => candidates[i % candidates.Count]),
                DispatchPolicy.Spread => candidates.OrderByDescending(h => Share(h, machine, type!)),
                _ => candidates.OrderBy(h => placed.All(p => p.Host != h.Name)).ThenBy(h => Share(h, machine, type!)),
            };
            var chosen = ordered
                .OrderBy(h => machine.Apart is not null && placed.Any(p => p.Host == h.Name && p.Machine.Apart == machine.Apart))
                .FirstOrDefault(h => Fits(h, machine));
            if (chosen is null)
                return null;
            var skipped = Enumerable.Range(0, candidates.Count).First(i => candidates[(turn + i) % candidates.Count] == chosen);
            turns[machine.Arch] = turn + skipped + 1;
            placed.Add((machine, chosen.Name, type!));
            return chosen.Name;

            bool Offers(HypervisorState h, string t) => h.VirtTypes.TryGetValue(machine.Arch, out var offered) && offered.Contains(t);
        }

        HypervisorSpec Spec(HypervisorState host) => farm.Hypervisors.First(h => h.Name == host.Name);

        bool Fits(HypervisorState host, MachineSpec machine) =>
            machine.Memory + Here(host).Sum(m => m.Machine.Memory) + host.Machines.Sum(m => m.Memory) <= host.Memory
            && machine.Vcpus + Here(host).Sum(m => m.Machine.Vcpus) <= (Spec(host).Limits.Vcpus ?? int.MaxValue);

        /// <summary>
        /// What stays free of memory or of processors, whichever is less, to nine digits: sums in another order differ in the last ones.
        /// </summary>
        double Share(HypervisorState host, MachineSpec machine, string type)
        {
            var here = Here(host).Append((machine, host.Name, type)).ToList();
            var memory = (host.Memory - here.Sum(m => m.Item1.Memory) - host.Machines.Sum(m => m.Memory)) / (double)host.Memory;
            double cpus = Spec(host).Limits.Vcpus ?? host.Vcpus;
            var load =
                here.Sum(m => m.Item1.Vcpus * (m.Item3 == "qemu" ? host.Slowness[m.Item1.Arch] : 1)) + host.Machines.Sum(m => m.Vcpus);
            return Math.Round(cpus == 0 ? memory : Math.Min(memory, (cpus - load) / cpus), 9);
        }

        IEnumerable<(MachineSpec Machine, string Host, string Type)> Here(HypervisorState host) => placed.Where(p => p.Host == host.Name);
    }
}
