using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;
using Croft.Planning;

namespace Croft.Tests.Planning;

public sealed class Actions
{
    const string Otherwise = "recreate: its image, disks or login differ from the farm file";
    const string DisksOfBefore = "disk: 8GiB, disks: [ { name: data, size: 1GiB } ]";

    static readonly PlanInput Before = Lab.Input(Farm(""), Lab.Host("h1"));
    static readonly Plan First = Planner.Make(Before);

    [Theory]
    [InlineData(PowerState.Running, "none: runs as declared")]
    [InlineData(PowerState.Off, "start: is off")]
    [InlineData(PowerState.Crashed, "start: is off")]
    [InlineData(PowerState.Paused, "start: is paused")]
    public void FollowFromPower(PowerState power, string action) => Assert.Equal(action, Of("", power));

    [Fact]
    public void ANameThatSomebodyElsesMachineHasIsRefused()
    {
        var name = First.Machines[0].Spec.Name;
        var theirs = new MachineState($"{First.Farm.Name}.{name}", Guid.NewGuid(), PowerState.Off, 1, 64 << 20, null);
        var plan = Lab.Plan(Farm(""), Lab.Host("h1") with { Machines = [theirs] });
        Assert.Contains(
            $"hypervisor \"h1\" has a machine {theirs.Name} that Croft did not make; give this one another name; or, if nobody needs that one: virsh undefine {theirs.Name}",
            Assert.Single(plan.Problems).ToString(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("vcpus: 2")]
    [InlineData("memory: 1GiB")]
    [InlineData("cpu: max")]
    [InlineData("machine: pc")]
    [InlineData("virt_domain: qemu")]
    [InlineData("networks: [ { name: lan, address: 10.9.0.40 } ]")]
    [InlineData("networks: [ lan, second ]")]
    public void HardwareDeclaredOtherwiseIsARestart(string key) =>
        Assert.Equal("restart: its processors, memory, model, networks or domain_xml differ from the farm file", Of(key));

    [Theory]
    [InlineData("disk: 9GiB, user: admin")]
    [InlineData("user: admin")]
    [InlineData("disks: [ { name: data, size: 1GiB } ], user: admin")]
    [InlineData("image: debian_12")]
    public void DisksDeclaredOtherwiseAreANewMachine(string key) => Assert.Equal(Otherwise, Of(key));

    [Theory]
    [InlineData(DisksOfBefore, "none: runs as declared")]
    [InlineData("disk: 9GiB, disks: [ { name: data, size: 1GiB } ]", "restart: disk root grows to 9 GiB")]
    [InlineData(
        "disk: 9GiB, disks: [ { name: more, size: 1GiB }, { name: data, size: 2GiB } ]",
        "restart: gets disk more, disk root grows to 9 GiB, disk data grows to 2 GiB"
    )]
    [InlineData("disk: 8GiB, disks: [ { name: data, size: 2GiB, type: raw } ]", Otherwise)]
    [InlineData("disk: 8GiB", Otherwise)]
    [InlineData("disk: 4GiB, disks: [ { name: data, size: 1GiB } ]", "recreate: its disk root, of 8 GiB, cannot become smaller")]
    [InlineData("disks: [ { name: data, size: 2GiB } ]", "recreate: its disk root, of 8 GiB, cannot become smaller")]
    [InlineData("disk: 9GiB, disks: [ { name: data, size: 512MiB } ]", "recreate: its disk data, of 1 GiB, cannot become smaller")]
    public void DisksGrowByARestartAndNeverBecomeSmaller(string key, string action)
    {
        var before = Lab.Input(Farm(DisksOfBefore), Lab.Host("h1"));
        var machine = Lab.Plan(Farm(key), Lab.Done(before, Planner.Make(before))).Machines[0];
        Assert.Equal(action, $"{machine.Action.ToString().ToLowerInvariant()}: {machine.Reason}");
    }

    [Theory]
    [InlineData(PowerState.Running)]
    [InlineData(PowerState.Off)]
    public void WhatWasTakenOutIsPutBackByARestart(PowerState power)
    {
        var hosts = Lab.Done(Before, First, power)
            .Select(h => h with { Machines = [.. h.Machines.Select(m => m with { Lacks = ["disk data", "card on network lan"] })] });
        Assert.Equal("restart: its disk data and its card on network lan were taken out of it", Of(Lab.Plan(Farm(""), [.. hosts])));
    }

    [Theory]
    [InlineData("data", true, "restart: its disk data was taken out of it; data comes back empty, since its file is gone, too")]
    [InlineData("data", false, "recreate: the file of its disk data is gone")]
    [InlineData("root", true, "recreate: the file of its disk root is gone")]
    public void DiskWhoseFileIsGoneIsNamed(string disk, bool isOut, string action)
    {
        var hosts = Lab.Done(Before, First, PowerState.Off)
            .Select(h => h with { Machines = [.. h.Machines.Select(m => Lose(m, disk, isOut))] });
        Assert.Equal(action, Of(Lab.Plan(Farm(""), [.. hosts])));
    }

    static MachineState Lose(MachineState machine, string disk, bool isOut) =>
        machine with
        {
            Lost = [disk],
            Lacks = isOut ? [$"disk {disk}"] : [],
            Record = isOut ? machine.Record : machine.Record! with { Disks = [new(disk, $"f.a.{disk}.0.qcow2")] },
        };

    /// <summary>By virsh setvcpus, setmaxmem or edit, or by lxc config set.</summary>
    [Theory]
    [InlineData(3, 512L << 20, "restart: somebody gave it 3 vcpus, not 1")]
    [InlineData(1, 256L << 20, "restart: somebody gave it 256 MiB memory, not 512 MiB")]
    [InlineData(2, 1L << 30, "restart: somebody gave it 2 vcpus, not 1, and 1 GiB memory, not 512 MiB")]
    [InlineData(1, (512L << 20) + 4096, "none: runs as declared")]
    public void SizeThatSomebodyChangedIsTheDeclaredOneAgainAfterARestart(int vcpus, long memory, string action)
    {
        var hosts = Lab.Done(Before, First)
            .Select(h => h with { Machines = [.. h.Machines.Select(m => m with { Vcpus = vcpus, Memory = memory })] });
        Assert.Equal(action, Of(Lab.Plan(Farm(""), [.. hosts])));
    }

    /// <summary>Its guest would go on as the machine that it was forked from.</summary>
    [Theory]
    [InlineData(PowerState.Running, "recreate: is a fork that was not finished")]
    [InlineData(PowerState.Paused, "recreate: is a fork that was not finished")]
    [InlineData(PowerState.Off, "start: is off")]
    public void ForkThatWasNotFinishedDoesNotGoOn(PowerState power, string action)
    {
        var hosts = Lab.Done(Before, First, power)
            .Select(h => h with { Machines = [.. h.Machines.Select(m => m with { Record = m.Record! with { IsForking = true } })] });
        Assert.Equal(action, Of(Lab.Plan(Farm(""), [.. hosts])));
    }

    /// <summary>Whoever started it was killed before it could note that.</summary>
    [Fact]
    public void MachineThatRunsAndStillClaimsItsRoomHasNotAnsweredYet()
    {
        var claim = new MachineClaim(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, IsFirst: true);
        var hosts = Lab.Done(Before, First)
            .Select(h => h with { Machines = [.. h.Machines.Select(m => m with { Record = m.Record! with { Claim = claim } })] });
        Assert.Equal("start: runs, but has not answered yet", Of(Lab.Plan(Farm(""), [.. hosts])));
    }

    [Theory]
    [InlineData("connection_timeout: 5min")]
    [InlineData("wait: agent")]
    [InlineData("properties: { a: b }")]
    [InlineData("hypervisor: h1")]
    public void OtherKeysAreNoChange(string key) => Assert.Equal("none: runs as declared", Of(key));

    [Fact]
    public void FirstOneIsCreate()
    {
        Assert.Equal((MachineAction.Create, "the only one with kvm"), (First.Machines[0].Action, First.Machines[0].Reason));
        var noImage = Planner.Make(Before with { Images = ImmutableDictionary<ImageSpec, string>.Empty }).Machines[0];
        Assert.Equal("the only one with kvm; image is built or fetched first", noImage.Reason);
        Assert.All(noImage.Layers, layer => Assert.Null(layer.Key));
    }

    [Fact]
    public void AMachineWithoutAnImageWaitsForNone()
    {
        var input = Lab.Input(
            $"farm: f\n{Lab.Hypervisors("h1")}platforms: {{ live: {{ cdrom: 'http://example.org/live.iso', disk: 1GiB }} }}\nvms: {{ permutations: {{ platforms: [live] }} }}",
            Lab.Host("h1")
        );
        var plan = Planner.Make(input with { Images = ImmutableDictionary<ImageSpec, string>.Empty });
        Assert.Equal("the only one with kvm", plan.Machines[0].Reason);
    }

    [Fact]
    public void DiskSmallerThanItsImageIsRefusedBeforeItIsMadeAndLeftAloneAfterwards()
    {
        var input = Lab.Input(Farm("disk: 1GiB"), Lab.Host("h1"));
        var known = input with { DiskSizes = input.Images.Keys.ToImmutableDictionary(i => i, _ => 10L << 30) };
        Assert.Equal("", PlanText.Problems(Planner.Make(input)));
        Assert.Contains(
            ".disk: 1 GiB is smaller than the image \"debian_13\", which is a disk of 10 GiB; write as much or more, or leave disk out",
            PlanText.Problems(Planner.Make(known))
        );
        Assert.Equal("", PlanText.Problems(Planner.Make(known with { Inventory = new(Lab.Done(input, Planner.Make(input))) })));
    }

    [Fact]
    public void RebuiltImageIsANewMachineAndAMissingOneIsNone()
    {
        var input = Before with { Inventory = new(Lab.Done(Before, First)) };
        var rebuilt = input.Images.Keys.ToImmutableDictionary(i => i, _ => "another");
        Assert.Equal(MachineAction.Recreate, Planner.Make(input with { Images = rebuilt }).Machines[0].Action);
        Assert.Equal(
            MachineAction.None,
            Planner.Make(input with { Images = ImmutableDictionary<ImageSpec, string>.Empty }).Machines[0].Action
        );
    }

    [Fact]
    public void StartableChangesNothingButPower()
    {
        var running = Lab.Plan(Farm("vcpus: 2"), Lab.Done(Before, First)).Startable();
        var off = Lab.Plan(Farm("user: admin"), Lab.Done(Before, First, PowerState.Off)).Startable();
        Assert.Equal((MachineAction.None, MachineAction.Start), (running.Machines[0].Action, off.Machines[0].Action));
    }

    [Theory]
    [InlineData(PowerState.Running, false, "Restart: network lan does not run, so nobody hears it")]
    [InlineData(PowerState.Running, true, "Restart: network lan does not run, so nobody hears it")]
    [InlineData(PowerState.Off, false, "Start: is off")]
    public void NetworkThatSomebodyStoppedOrUndefinedCutsOffWhatRuns(PowerState power, bool undefined, string action)
    {
        var there = Lab.Done(Before, First, power);
        var cut = there.Select(h => h with { Networks = undefined ? [] : [.. h.Networks.Select(n => n with { Active = false })] });
        var machine = Planner.Make(Before with { Inventory = new([.. cut]) }).Machines[0];
        Assert.Equal(action, $"{machine.Action}: {machine.Reason}");
    }

    static string Of(string key, PowerState power = PowerState.Running) => Of(Lab.Plan(Farm(key), Lab.Done(Before, First, power)));

    static string Of(Plan plan)
    {
        var machine = plan.Machines[0];
        return $"{machine.Action.ToString().ToLowerInvariant()}: {machine.Reason}";
    }

    static string Farm(string key) =>
        $"farm: f\n{Lab.Hypervisors("h1")}networks: {{ lan: {{ cidr: 10.9.0.0/24 }}, second: {{ cidr: 10.10.0.0/24 }} }}\nvms: {{ list: [ {{ name: a, platform: debian_13{(key.Length == 0 ? "" : ", " + key)} }} ] }}";
}
