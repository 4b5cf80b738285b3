using Croft.Engines;
using Croft.Planning;

namespace Croft.Tests.Planning;

public sealed class Capacity
{
    const string Three =
        "vms: { list: [ { name: a, platform: debian_13, memory: 1GiB }, { name: b, platform: debian_13, memory: 1GiB }, { name: c, platform: debian_13, memory: 1GiB } ] }";

    [Fact]
    public void RefusalNamesEachHypervisorsReason()
    {
        var plan = Lab.Plan(
            "farm: f\n"
                + Lab.Hypervisors("small", "limited: { uri: qemu+ssh://l/system, limits: { vcpus: 1 } }", "slow", "arm", "dead")
                + "vms: { list: [ { name: one, platform: debian_13, vcpus: 2, memory: 3GiB } ] }",
            Lab.Host("small", memory: 2 * Lab.GiB),
            Lab.Host("limited"),
            Lab.Host("slow", "x86_64:qemu"),
            Lab.Host("arm", "aarch64:kvm"),
            Lab.Host("dead") with
            {
                Unreachable = "no route to host",
            }
        );
        Assert.Equal(
            "farm.yaml:8:16: vms.one: machine \"one\" fits no hypervisor: small: 2 GiB of memory free, 3 GiB needed; limited: 1 of 1 vcpus free, 2 needed; "
                + "slow: no kvm, which others offer; arm: no x86_64 by kvm or qemu; dead: no route to host; croft hypervisors shows what each can run\n",
            PlanText.Problems(plan)
        );
        Assert.Equal(FaultKind.World, new PlanException(plan.Problems).Kind);
    }

    [Fact]
    public void FullCandidatePassesItsTurn() =>
        Assert.Equal(
            ["h1", "h2", "h2"],
            Places("farm: f\n" + Lab.Hypervisors("h1", "h2") + Three, Lab.Host("h1", memory: Lab.GiB + Lab.MiB), Lab.Host("h2"))
        );

    [Fact]
    public void RunningMachinesOfOthersHaveTheirRoom()
    {
        var host = Lab.Host("h1", memory: 4 * Lab.GiB) with
        {
            Machines = [Lab.Stranger("x", 2 * Lab.GiB), Lab.Stranger("y", 2 * Lab.GiB, PowerState.Off)],
        };
        Assert.Equal(["h1", "h1", null], Places("farm: f\n" + Lab.Hypervisors("h1") + Three, host));
    }

    [Theory]
    [InlineData(PowerState.Running, false, null)]
    [InlineData(PowerState.Off, false, "h1")]
    [InlineData(PowerState.Off, true, null)]
    public void MachinesOfOtherFarmsHaveTheirRoomWhileTheyRunOrAreAboutTo(PowerState power, bool claims, string? place)
    {
        static string Text(string farm) =>
            $"farm: {farm}\n{Lab.Hypervisors("h1")}vms: {{ list: [ {{ name: a, platform: debian_13, memory: 3GiB }} ] }}";
        var input = Lab.Input(Text("f"), Lab.Host("h1", memory: 4 * Lab.GiB));
        var done = Lab.Done(input, Planner.Make(input), power)
            .Select(h =>
                h with
                {
                    Machines =
                    [
                        .. h.Machines.Select(m =>
                            m with
                            {
                                Record = m.Record! with
                                {
                                    Claim = claims ? new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, IsFirst: true) : null,
                                },
                            }
                        ),
                    ],
                }
            )
            .ToList();
        Assert.Equal(["h1"], Places(Text("f"), [.. done]));
        Assert.Equal([place], Places(Text("g"), [.. done]));
    }

    [Theory]
    [InlineData("overcommit: { memory: 2 }", 1, "h1 h1 h1 h1 -")]
    [InlineData("overcommit: { memory: 0.5 }", 1, "h1 - - - -")]
    [InlineData("overcommit: { vcpus: 0.25 }", 2, "h1 h1 - - -")] // of 16, two each
    [InlineData("overcommit: { memory: 2, vcpus: 2 }, limits: { vcpus: 4 }", 2, "h1 h1 - - -")]
    [InlineData("limits: { memory: 3GiB }, overcommit: { memory: 9 }", 1, "h1 h1 h1 - -")]
    [InlineData("", 9, "h1 h1 - - -")] // processors are not counted unasked
    public void OvercommitIsDeclared(string capacity, int vcpus, string places)
    {
        var text =
            $"farm: f\n{Lab.Hypervisors($"h1: {{ uri: qemu+ssh://h1/system, {capacity} }}".Replace(",  }", " }", StringComparison.Ordinal))}vms: {{ list: [ {{ name: a, platform: debian_13, memory: 1GiB, vcpus: {vcpus}, count: 5 }} ] }}";
        Assert.Equal(places, string.Join(' ', Places(text, Lab.Host("h1", memory: 2 * Lab.GiB)).Select(p => p ?? "-")));
    }

    [Fact]
    public void LimitIsForCroftsMachinesOnly()
    {
        var host = Lab.Host("h1", memory: 64 * Lab.GiB) with { Machines = [Lab.Stranger("x", 8 * Lab.GiB)] };
        Assert.Equal(
            ["h1", "h1", null],
            Places("farm: f\n" + Lab.Hypervisors("h1: { uri: qemu+ssh://h1/system, limits: { memory: 2GiB } }") + Three, host)
        );
    }

    [Fact]
    public void LimitAboveTheHostDoesNotMakeItLarger() =>
        Assert.Equal(
            ["h1", null, null],
            Places(
                "farm: f\n" + Lab.Hypervisors("h1: { uri: qemu+ssh://h1/system, limits: { memory: 100GiB } }") + Three,
                Lab.Host("h1", memory: Lab.GiB)
            )
        );

    [Fact]
    public void ExistingMachineHasItsRoomBeforeANewOneThatIsDeclaredEarlier()
    {
        const string Farm = "farm: f\nhypervisors: { h1: { uri: qemu+ssh://h1/system } }\n";
        var input = Lab.Input(
            Farm + "vms: { list: [ { name: old, platform: debian_13, memory: 1GiB } ] }",
            Lab.Host("h1", memory: 1536 * Lab.MiB)
        );
        var plan = Lab.Plan(
            Farm + "vms: { list: [ { name: new, platform: debian_13, memory: 1GiB }, { name: old, platform: debian_13, memory: 1GiB } ] }",
            Lab.Done(input, Planner.Make(input))
        );
        Assert.Equal([null, "h1"], plan.Machines.Select(m => m.Hypervisor));
    }

    [Fact]
    public void ExistingMachineThatGrowsBeyondItsHostIsRefused()
    {
        static string Text(string memory) =>
            $"farm: f\n{Lab.Hypervisors("h1")}vms: {{ list: [ {{ name: a, platform: debian_13, memory: {memory} }}, {{ name: b, platform: debian_13 }} ] }}";
        var input = Lab.Input(Text("1GiB"), Lab.Host("h1", memory: 2 * Lab.GiB));
        var done = Lab.Done(input, Planner.Make(input));
        Assert.Empty(Lab.Plan(Text("1536MiB"), done).Problems);
        Assert.Equal(
            "farm.yaml:4:16: vms.a: machine \"a\" fits no hypervisor: h1: 1.5 GiB of memory free, 2 GiB needed; croft hypervisors shows what each can run\n",
            PlanText.Problems(Lab.Plan(Text("2GiB"), done))
        );
    }

    [Fact]
    public void HypervisorAndRequireConstrain()
    {
        const string Text = """
            farm: f
            hypervisors:
              h1: { uri: qemu+ssh://h1/system, labels: { site: paris } }
              h2: { uri: qemu+ssh://h2/system, labels: { site: lyon, disk: fast } }
              h3: { uri: qemu+ssh://h3/system, labels: { site: lyon } }
            vms:
              list:
                - { name: here, platform: debian_13, hypervisor: h3 }
                - { name: lyon, platform: debian_13, require: { site: lyon } }
                - { name: fast, platform: debian_13, require: { site: lyon, disk: fast } }
                - { name: slow, platform: debian_13, virt_domain: qemu }
                - { name: never, platform: debian_13, hypervisor: h1, require: { disk: fast } }
            """;
        var plan = Lab.Plan(Text, Lab.Host("h1"), Lab.Host("h2"), Lab.Host("h3"));
        Assert.Equal(["h3 kvm", "h3 kvm", "h2 kvm", "h1 qemu", " "], plan.Machines.Select(m => $"{m.Hypervisor} {m.VirtType}"));
        Assert.Equal(
            "farm.yaml:12:7: vms.never: machine \"never\" fits no hypervisor: h1: lacks label disk=fast; h2: the machine asks for h1; h3: the machine asks for h1; croft hypervisors shows what each can run\n",
            PlanText.Problems(plan)
        );
    }

    [Fact]
    public void UndeclaredSizeBoundsNothing() =>
        Assert.Equal(["h1", "h1", "h1"], Places("farm: f\n" + Lab.Hypervisors("h1") + Three, Lab.Host("h1", memory: 0)));

    static IEnumerable<string?> Places(string text, params HypervisorState[] hosts) =>
        Lab.Plan(text, hosts).Machines.Select(m => m.Hypervisor);
}
