using System.Collections.Immutable;
using System.Net;
using Croft.Engines;
using Croft.Planning;

namespace Croft.Tests.Planning;

/// <summary>Networks that others made on the hypervisors.</summary>
public sealed class OutsideNetworks
{
    const string Lan = "lan: { mode: bridge, bridge: br0 }";

    [Theory]
    [InlineData(Lan, NicSource.Bridge, "br0")]
    [InlineData("lan: { mode: direct, uplink: eth0 }", NicSource.Device, "eth0")]
    [InlineData("lan: { mode: existing, network: default }", NicSource.Network, "default")]
    public void GiveTheirAddressesToStableCards(string network, NicSource source, string name)
    {
        var plan = Lab.Plan(Farm(network), Lab.Host("h1"));
        Assert.Empty(plan.Problems);
        Assert.Empty(plan.Networks);
        Assert.Equal(new Nic("lan", name, Identity.Mac("f", "a", 0, 0), null, null) { Source = source }, plan.Machines[0].Nics[0]);
    }

    [Fact]
    public void AreRefusedWhereTheyAreNot()
    {
        var host = Lab.Host("h1") with { Devices = ["eth0", "lo"] };
        Assert.Equal("networks.lan: hypervisor \"h1\" has no bridge br0", Only(Lab.Plan(Farm(Lan), host)));
        Assert.Contains("croft network bridge create br0 --uplink DEVICE", Lab.Plan(Farm(Lan), host).Problems[0].Hint);
        Assert.Empty(Lab.Plan(Farm(Lan), host with { Devices = ["br0"] }).Problems);
        Assert.Equal(
            "networks.lan: hypervisor \"h1\" has no network card eth7",
            Only(Lab.Plan(Farm("lan: { mode: direct, uplink: eth7 }"), host))
        );
    }

    [Theory]
    [InlineData("mode: bridge, bridge: x0", DeviceKind.Bridge, null, "")]
    [InlineData("mode: bridge, bridge: x0", DeviceKind.Card, "that is no bridge", "croft network bridge create br0 --uplink x0")]
    [InlineData("mode: bridge, bridge: x0", DeviceKind.Frameless, "that is no bridge", "ip link show type bridge")]
    [InlineData("mode: bridge, bridge: x0", DeviceKind.OpenVSwitch, "of Open vSwitch", "mode: existing with define: FILE")]
    [InlineData("mode: direct, uplink: x0", DeviceKind.Card, null, "")]
    [InlineData("mode: direct, uplink: x0", DeviceKind.Bridge, null, "")]
    [InlineData("mode: direct, uplink: x0", DeviceKind.Frameless, "carries no Ethernet frames", "uplink: names")]
    [InlineData("mode: direct, uplink: x0", DeviceKind.Port, "in a bridge or bond already", "mode: bridge with that bridge")]
    [InlineData("mode: direct, uplink: x0", DeviceKind.Wireless, "of Wi-Fi", "mode: nat")]
    public void AreRefusedWhereTheNameIsAnotherThings(string network, DeviceKind kind, string? lack, string cure)
    {
        var host = Lab.Host("h1") with { Devices = ["x0"], Kinds = ImmutableDictionary<string, DeviceKind>.Empty.Add("x0", kind) };
        var problems = Lab.Plan(Farm($"lan: {{ {network} }}"), host).Problems;
        if (lack is null)
        {
            Assert.Empty(problems);
            return;
        }

        Assert.Contains(lack, Assert.Single(problems).Message);
        Assert.Contains(cure, problems[0].Hint);
    }

    [Fact]
    public void OfLibvirtAreRefusedWhereTheyAreNotOrOffOrAFarms()
    {
        const string old = "lan: { mode: existing, network: old }";
        var host = Lab.Host("h1") with { Can = new() };
        var there = new NetworkState
        {
            Name = "old",
            Farm = null,
            Owner = null,
            Folder = null,
            Network = null,
            Cidr = null,
            Active = true,
            SpanningTree = false,
            Reservations = [],
        };
        Assert.Equal("networks.lan: hypervisor \"h1\" has no network old", Only(Lab.Plan(Farm(old), host)));
        Assert.Empty(Lab.Plan(Farm(old), host with { Networks = [there] }).Problems);
        Assert.EndsWith(
            "has a network old that is off",
            Only(Lab.Plan(Farm(old), host with { Networks = [there with { Active = false }] }))
        );
        Assert.Equal(
            "shared: base.mgmt uses it",
            Lab.Plan(Farm(old), host with { Networks = [there with { Farm = "base", Network = "mgmt" }] }).Problems[0].Hint
        );
    }

    [Fact]
    public void OfAnOrdinaryUsersLibvirtAreRefusedWithTheReason()
    {
        var plan = Lab.Plan(Farm(Lan, "qemu:///session"), Lab.Host("h1"));
        Assert.Equal(
            "networks.lan: hypervisor \"h1\" is an ordinary user's libvirt, which cannot join machines to the bridge br0",
            Only(plan)
        );
        Assert.Contains("mode: user", plan.Problems[0].Hint);
    }

    [Fact]
    public void DecideWhereTheirMachinesGo()
    {
        var text =
            $"farm: f\n{Lab.Hypervisors("h1", "h2")}networks: {{ {Lan} }}\nvms: {{ list: [ {{ name: a, platform: debian_13, count: 2 }} ] }}";
        var (without, with) = (Lab.Host("h1") with { Devices = ["eth0"] }, Lab.Host("h2") with { Devices = ["br0"] });
        var plan = Lab.Plan(text, without, with);
        Assert.Empty(plan.Problems);
        Assert.All(plan.Machines, m => Assert.Equal("h2", m.Hypervisor));
        Assert.Contains(
            "h1: has no bridge br0",
            Lab.Plan(text.Replace("debian_13", "debian_13, hypervisor: h1", StringComparison.Ordinal), without, with).Problems[0].Message
        );
    }

    [Fact]
    public void ThatWentKeepTheirMachinesFromStarting()
    {
        var input = Lab.Input(Farm(Lan), Lab.Host("h1") with { Devices = ["br0"] });
        var done = Lab.Done(input, Planner.Make(input), PowerState.Off);
        Assert.Empty(Planner.Make(input with { Inventory = new(done) }).Problems);
        Assert.EndsWith(
            "has no bridge br0",
            Only(Planner.Make(input with { Inventory = new([.. done.Select(h => h with { Devices = [] })]) }))
        );
    }

    [Fact]
    public void LeaveAGivenMacToOneMachine()
    {
        const string mac = "mac: '52:54:00:00:00:09'";
        var input = Lab.Input(Farm(Lan, card: $"{{ name: lan, {mac}, model: virtio-net-pci }}"), Lab.Host("h1"));
        var first = Planner.Make(input);
        Assert.Equal(("52:54:00:00:00:09", "virtio-net-pci"), (first.Machines[0].Nics[0].Mac, first.Machines[0].Nics[0].Model));
        var again = Planner.Make(input with { Inventory = new(Lab.Done(input, first)) });
        Assert.Equal((0, MachineAction.None), (again.Problems.Length, again.Machines[0].Action));
        var other = Lab.Done(input, first)
            .Select(h =>
                h with
                {
                    Machines = [.. h.Machines.Select(m => m with { Name = "g.a", Record = m.Record! with { Farm = "g" } })],
                }
            );
        Assert.Contains("is the MAC of another machine's card already", Only(Planner.Make(input with { Inventory = new([.. other]) })));
    }

    /// <summary>Whoever keeps an address for a MAC there gives it to the machine that has the MAC.</summary>
    [Fact]
    public void GiveMacsTheAddressesThatTheyKeepForThem()
    {
        const string mac = "52:54:00:00:00:09";
        var network = new NetworkState
        {
            Name = "default",
            Active = true,
            SpanningTree = false,
            Reservations = [new(IPAddress.Parse("192.168.122.9"), mac, "nine")],
        };
        var host = Lab.Host("h1") with { Networks = [network] };
        var input = Lab.Input(Farm("lan: { mode: existing, network: default }", card: $"{{ name: lan, mac: '{mac}' }}"), host);
        var first = Planner.Make(input);
        Assert.Equal((0, mac), (first.Problems.Length, first.Machines[0].Nics[0].Mac));
        var again = Planner.Make(input with { Inventory = new(Lab.Done(input, first)) });
        Assert.Equal((0, MachineAction.None), (again.Problems.Length, again.Machines[0].Action));
        Assert.NotEqual(
            Identity.Mac("f", "a", 0, 0),
            Lab.Plan(
                    Farm("lan: { mode: existing, network: default }"),
                    host with
                    {
                        Networks =
                        [
                            network with
                            {
                                Reservations = [new(IPAddress.Parse("192.168.122.9"), Identity.Mac("f", "a", 0, 0), "nine")],
                            },
                        ],
                    }
                )
                .Machines[0]
                .Nics[0]
                .Mac
        );
    }

    [Fact]
    public void NeedAnAgentWhereNothingElseTellsTheAddress()
    {
        const string own = "platforms: { own: { image: { url: https://x/d.qcow2 } } }\n";
        var text = Farm(Lan).Replace("debian_13", "own", StringComparison.Ordinal);
        Assert.Contains("Croft hears of it from the guest agent", Assert.Single(Lab.Plan(text + "\n" + own, Lab.Host("h1")).Notes));
        Assert.Empty(Lab.Plan(Farm(Lan), Lab.Host("h1")).Notes);
    }

    static string Farm(string network, string uri = "qemu+ssh://h1/system", string card = "lan") =>
        $"farm: f\nhypervisors: {{ h1: {{ uri: \"{uri}\" }} }}\nnetworks: {{ {network} }}\nvms: {{ list: [ {{ name: a, platform: debian_13, networks: [ {card} ] }} ] }}";

    static string Only(Plan plan) => Assert.Single(plan.Problems) is var problem ? $"{problem.Path}: {problem.Message}" : "";
}
