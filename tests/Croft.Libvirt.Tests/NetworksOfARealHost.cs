namespace Croft.Libvirt.Tests;

public sealed class NetworksOfARealHost(Libvirtd libvirtd)
{
    [Fact]
    public void TakeAndGiveBackHostsWhileTheyRun()
    {
        using var connection = libvirtd.Open();
        using var network = connection.DefineNetwork(Xml.Network(Xml.NewName("network"), 93));
        network.Start();
        const string host = "<host mac='52:54:00:00:00:05' name='five' ip='10.93.0.5'/>";
        const string dns = "<host ip='10.93.0.5'><hostname>five</hostname></host>";

        network.Update(NetworkUpdateCommand.AddLast, NetworkUpdateSection.IPDhcpHost, host);
        network.Update(NetworkUpdateCommand.AddLast, NetworkUpdateSection.DnsHost, dns);
        foreach (var xml in (string[])[network.Xml(), network.Xml(inactive: true)])
        {
            Assert.Contains("mac='52:54:00:00:00:05'", xml, StringComparison.Ordinal);
            Assert.Contains("<hostname>five</hostname>", xml, StringComparison.Ordinal);
        }

        Assert.Equal(LibvirtError.OperationInvalid, Refusal(NetworkUpdateCommand.AddLast, NetworkUpdateSection.IPDhcpHost, host));
        Assert.Equal(LibvirtError.OperationInvalid, Refusal(NetworkUpdateCommand.AddLast, NetworkUpdateSection.DnsHost, dns));

        network.Update(
            NetworkUpdateCommand.Modify,
            NetworkUpdateSection.IPDhcpHost,
            "<host mac='52:54:00:00:00:05' name='five' ip='10.93.0.6'/>"
        );
        Assert.Contains("ip='10.93.0.6'", network.Xml(), StringComparison.Ordinal);
        network.Update(NetworkUpdateCommand.Delete, NetworkUpdateSection.IPDhcpHost, "<host mac='52:54:00:00:00:05'/>");
        network.Update(NetworkUpdateCommand.Delete, NetworkUpdateSection.DnsHost, dns);
        Assert.DoesNotContain("five", network.Xml(), StringComparison.Ordinal);
        Assert.Empty(network.Leases());
        network.Destroy();
        network.Undefine();

        LibvirtError Refusal(NetworkUpdateCommand command, NetworkUpdateSection section, string xml) =>
            Assert.Throws<LibvirtException>(() => network.Update(command, section, xml)).Code;
    }
}
