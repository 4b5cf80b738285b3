using Croft.Engines;
using Croft.Planning;

namespace Croft.Tests.Planning;

public sealed class Ownership
{
    static readonly string Text = Addresses.Farm("networks: { lan: { cidr: 10.9.0.0/24 } }\n", "{ name: a, platform: debian_13 }");

    [Fact]
    public void OfAnotherIsRefusedNamingBothFolders()
    {
        var input = Lab.Input(Text, Lab.Host("h1"));
        var theirs = input with { Inventory = new(Lab.Done(input, Planner.Make(input))), Owner = "owner-2" };
        theirs = theirs with { Farm = theirs.Farm with { File = "/elsewhere/farm.yaml" } };
        Assert.Equal(
            "farm.yaml:1:1: farm: the name \"f\" is in use on hypervisor \"h1\" by the farm in /nowhere, not the one in /elsewhere; choose another name: farm: NAME; or take that farm over: croft adopt\n",
            PlanText.Problems(Planner.Make(theirs))
        );
    }

    [Fact]
    public void OfTheSameFolderWithoutItsIdSaysSo()
    {
        var input = Lab.Input(Text, Lab.Host("h1"));
        Assert.Contains(
            "by the farm that was in /nowhere before its .croft/owner went; choose",
            PlanText.Problems(Planner.Make(input with { Inventory = new(Lab.Done(input, Planner.Make(input))), Owner = null }))
        );
    }

    [Fact]
    public void OfANetworkCountsToo()
    {
        var host = Lab.Host("h1") with { Networks = [Addresses.Network("f.lan", "f", "10.9.0.0/24")] };
        Assert.Contains(
            "is in use on hypervisor \"h1\" by the farm in /home/f, not the one in /nowhere",
            PlanText.Problems(Planner.Make(Lab.Input(Text, host) with { Owner = null }))
        );
        Assert.Empty(Lab.Plan(Text, host).Problems);
    }

    [Fact]
    public void OfOtherFarmsIsNoMatter()
    {
        var host = Lab.Host("h1") with { Networks = [Addresses.Network("g-lan", "g", "10.10.0.0/24")] };
        Assert.Empty(Planner.Make(Lab.Input(Text, host) with { Owner = null }).Problems);
    }
}
