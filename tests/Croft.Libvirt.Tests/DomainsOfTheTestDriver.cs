namespace Croft.Libvirt.Tests;

public sealed class DomainsOfTheTestDriver : IDisposable
{
    readonly LibvirtConnection connection = TestDriver.Open();
    readonly string name = Xml.NewName("domain");

    public void Dispose() => connection.Dispose();

    [Fact]
    public void AreDefinedStartedStoppedAndUndefined()
    {
        using var domain = connection.DefineDomain(Xml.TestDomain(name));
        Assert.Equal((DomainState.Shutoff, true), (domain.State, domain.IsPersistent));
        domain.Start();
        Assert.True(domain.IsActive);
        domain.Suspend();
        Assert.Equal(DomainState.Paused, domain.State);
        domain.Resume();
        Assert.Equal(DomainState.Running, domain.State);
        domain.Destroy();
        Assert.Equal((DomainState.Shutoff, 2), domain.StateAndReason());
        domain.Undefine();
        Assert.Null(connection.FindDomain(name));
    }

    [Fact]
    public void AreFoundByNameAndUuid()
    {
        using var domain = connection.DefineDomain(Xml.TestDomain(name));
        Assert.Contains($"<uuid>{domain.Uuid}</uuid>", domain.Xml());
        using var byName = connection.FindDomain(name);
        using var byUuid = connection.FindDomainByUuid(domain.Uuid);
        Assert.Equal(domain.Uuid, byName?.Uuid);
        Assert.Equal(name, byUuid?.Name);
        domain.Undefine();
    }

    [Fact]
    public void AreNullWhenAbsent()
    {
        Assert.Null(connection.FindDomain("nobody"));
        Assert.Null(connection.FindDomainByUuid(Guid.NewGuid()));
    }

    [Fact]
    public void AreListedByState()
    {
        using var domain = connection.CreateDomain(Xml.TestDomain(name));
        domain.Suspend();
        Assert.Contains(connection.Domains(DomainListFlags.Paused), each => each.Name == name);
        Assert.DoesNotContain(connection.Domains(DomainListFlags.Inactive), each => each.Name == name);
        Assert.False(domain.IsPersistent);
        domain.Destroy();
        Assert.DoesNotContain(connection.Domains(), each => each.Name == name);
    }

    [Fact]
    public void KeepMetadata()
    {
        using var domain = connection.DefineDomain(Xml.TestDomain(name));
        Assert.Null(domain.GetMetadata("urn:a"));
        domain.SetMetadata("<one n='1'>ä</one>", "a", "urn:a");
        domain.SetMetadata("<two/>", "b", "urn:b");
        Assert.Contains(">ä</one>", domain.GetMetadata("urn:a"));
        domain.SetMetadata(null, "a", "urn:a");
        Assert.Null(domain.GetMetadata("urn:a"));
        Assert.NotNull(domain.GetMetadata("urn:b"));
        domain.Undefine();
    }

    [Fact]
    public void TellStatisticsAtOnce()
    {
        using var domain = connection.CreateDomain(Xml.TestDomain(name));
        domain.Suspend();
        var all = connection.AllDomainStats(DomainStatsTypes.State);
        Assert.Equal(DomainState.Paused, Assert.Single(all, each => each.Name == name).State);
        domain.Destroy();
    }

    [Fact]
    public void TellTheirAddresses()
    {
        var network = name + "-net";
        using var net = connection.DefineNetwork(Xml.Network(network, 94));
        net.Start();
        var nic =
            $"<devices><interface type='network'><mac address='52:54:00:00:00:94'/><source network='{network}'/></interface></devices></domain>";
        using var domain = connection.CreateDomain(Xml.TestDomain(name).Replace("</domain>", nic, StringComparison.Ordinal));
        var found = Assert.Single(domain.InterfaceAddresses(InterfaceAddressSource.Lease));
        Assert.Equal("52:54:00:00:00:94", found.Mac);
        var address = Assert.Single(found.Addresses);
        Assert.Equal((IPAddressFamily.IPv4, 24), (address.Family, address.Prefix));
        Assert.StartsWith("10.94.", address.Address, StringComparison.Ordinal); // not within its network: the driver is no DHCP server
        domain.Destroy();
        net.Destroy();
        net.Undefine();
    }

    [Fact]
    public void OutliveTheirConnection()
    {
        var domain = connection.DefineDomain(Xml.TestDomain(name));
        connection.Dispose();
        domain.Start();
        Assert.Equal(DomainState.Running, domain.State);
        domain.Destroy();
        domain.Undefine();
        domain.Dispose();
        Assert.Throws<ObjectDisposedException>(() => domain.State);
    }
}
