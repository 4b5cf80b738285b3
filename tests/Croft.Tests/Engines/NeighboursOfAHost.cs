using System.Net;
using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Tests.Engines;

/// <summary>What <c>ip -j neighbour show</c> tells of guests whose addresses others decide.</summary>
public sealed class NeighboursOfAHost
{
    const string Mac = "52:54:00:c5:10:65";

    [Theory]
    [InlineData("", null)]
    [InlineData("[]", null)]
    [InlineData("""[{"dst":"10.1.0.9","dev":"br0","lladdr":"52:54:00:99:58:82","state":["REACHABLE"]}]""", null)]
    [InlineData("""[{"dst":"10.1.0.9","dev":"br0","state":["INCOMPLETE"]}]""", null)]
    [InlineData("""[{"dst":"10.1.0.9","dev":"br0","lladdr":"52:54:00:c5:10:65","state":["FAILED"]}]""", null)]
    [InlineData("""[{"dst":"10.1.0.9","dev":"br0","lladdr":"52:54:00:C5:10:65","state":["STALE"]}]""", "10.1.0.9")]
    [InlineData(
        """[{"dst":"10.1.0.8","lladdr":"52:54:00:c5:10:65","state":["STALE"]},{"dst":"10.1.0.9","lladdr":"52:54:00:c5:10:65","state":["REACHABLE"]}]""",
        "10.1.0.9"
    )]
    public void TellTheAddressThatIsInUse(string table, string? address)
    {
        var nic = new Nic("lan", "br0", Mac, null, null) { Source = NicSource.Bridge };
        Assert.Equal(address is null ? null : IPAddress.Parse(address), Assert.Single(Neighbours.See([nic], table)).Seen);
    }
}
