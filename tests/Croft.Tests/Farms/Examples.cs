using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class Examples
{
    [Theory]
    [InlineData("hello", "debian-12-amd64 debian-13-amd64 db")]
    [InlineData("hello-ansible", "debian-12-amd64 debian-13-amd64")]
    [InlineData("cluster", "front node-1 node-2 node-3")]
    [InlineData(
        "matrix",
        "debian-12-small debian-12-large debian-12-arm debian-12-git-small debian-13-small debian-13-large debian-13-arm"
    )]
    [InlineData("cloud-image", "web db")]
    [InlineData("containers", "web-1 web-2 client")]
    public void ReadWithoutProblems(string name, string machines)
    {
        var reading = FarmFile.Read(Path.Combine(Repository.Root, "examples", name, FarmFile.Name), Reading.Defaults);
        Assert.Equal("", string.Join('\n', reading.Problems));
        Assert.Equal(machines, string.Join(' ', reading.Farm!.Machines.Select(machine => machine.Name)));
    }

    [Fact]
    public void AreAllNamedHere() => Assert.Equal(6, Schema.Examples.Count);

    [Fact]
    public void ClusterHasFollowingAddresses()
    {
        var farm = FarmFile.Read(Path.Combine(Repository.Root, "examples/cluster/farm.yaml"), Reading.Defaults).Require();
        Assert.Equal(
            ["10.80.0.10 10.81.0.10", "10.80.0.21 10.81.0.21", "10.80.0.22 10.81.0.22", "10.80.0.23 10.81.0.23"],
            farm.Machines.Select(machine => string.Join(' ', machine.Networks.Select(nic => nic.Address)))
        );
    }
}
