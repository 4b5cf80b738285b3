namespace Croft.Libvirt.Tests;

public sealed class NetworksOfTheTestDriver
{
    [Fact]
    public void AreDefinedStartedStoppedAndUndefined()
    {
        using var connection = TestDriver.Open();
        var name = Xml.NewName("network");
        Assert.Null(connection.FindNetwork(name));
        using var network = connection.DefineNetwork(Xml.Network(name, 91));
        Assert.Equal((name, "vt91", false), (network.Name, network.BridgeName, network.IsActive));
        Assert.Contains($"<uuid>{network.Uuid}</uuid>", network.Xml());
        network.Start();
        network.Autostart = true;
        Assert.Equal((true, true), (network.IsActive, network.Autostart));
        Assert.Contains(connection.Networks(NetworkListFlags.Active), each => each.Name == name);
        network.Destroy();
        network.Undefine();
        Assert.DoesNotContain(connection.Networks(), each => each.Name == name);
    }
}
