namespace Croft.Libvirt.Tests;

public sealed class DomainsOfTheTestDriver : IDisposable
{
    readonly LibvirtConnection _connection = TestDriver.Open();
    readonly string _name = Xml.NewName("domain");

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void AreDefinedStartedStoppedAndUndefined()
    {
        using var domain = _connection.DefineDomain(Xml.TestDomain(_name));
        Assert.Equal((DomainState.Shutoff, true), (domain.State, domain.IsPersistent));
        domain.Start();
        Assert.True(domain.IsActive);
        domain.Suspend();
        Assert.Equal(DomainState.Paused, domain.State);
        domain.Resume();
        Assert.Equal((DomainState.Running, 65536ul, 1), (domain.Info().State, domain.Info().MaxMemoryKiB, domain.Info().Vcpus));
        domain.Destroy();
        Assert.Equal((DomainState.Shutoff, 2), domain.StateAndReason());
        domain.Undefine();
        Assert.Null(_connection.FindDomain(_name));
    }

    [Fact]
    public void AreFoundByNameAndUuid()
    {
        using var domain = _connection.DefineDomain(Xml.TestDomain(_name));
        Assert.Contains($"<uuid>{domain.Uuid}</uuid>", domain.Xml());
        using var byName = _connection.FindDomain(_name);
        using var byUuid = _connection.FindDomainByUuid(domain.Uuid);
        Assert.Equal(domain.Uuid, byName?.Uuid);
        Assert.Equal(_name, byUuid?.Name);
        domain.Undefine();
    }

    [Fact]
    public void AreNullWhenAbsent()
    {
        Assert.Null(_connection.FindDomain("nobody"));
        Assert.Null(_connection.FindDomainByUuid(Guid.NewGuid()));
    }

    [Fact]
    public void AreListedByState()
    {
        using var domain = _connection.CreateDomain(Xml.TestDomain(_name));
        domain.Suspend();
        Assert.Contains(_connection.Domains(DomainListFlags.Paused), each => each.Name == _name);
        Assert.DoesNotContain(_connection.Domains(DomainListFlags.Inactive), each => each.Name == _name);
        Assert.False(domain.IsPersistent);
        domain.Destroy();
        Assert.DoesNotContain(_connection.Domains(), each => each.Name == _name);
    }

    [Fact]
    public void KeepMetadata()
    {
        using var domain = _connection.DefineDomain(Xml.TestDomain(_name));
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
        using var domain = _connection.CreateDomain(Xml.TestDomain(_name));
        domain.Suspend();
        var all = _connection.AllDomainStats(DomainStatsTypes.State);
        Assert.Equal(DomainState.Paused, Assert.Single(all, each => each.Name == _name).State);
        domain.Destroy();
    }

    [Fact]
    public void TellTheirAddresses()
    {
        var network = _name + "-net";
        using var net = _connection.DefineNetwork(Xml.Network(network, 94));
        net.Start();
        var nic = $"<devices><interface type='network'><mac address='52:54:00:00:00:94'/><source network='{network}'/></interface></devices></domain>";
        using var domain = _connection.CreateDomain(Xml.TestDomain(_name).Replace("</domain>", nic, StringComparison.Ordinal));
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
        var domain = _connection.DefineDomain(Xml.TestDomain(_name));
        _connection.Dispose();
        domain.Start();
        Assert.Equal(DomainState.Running, domain.State);
        domain.Destroy();
        domain.Undefine();
        domain.Dispose();
        Assert.Throws<ObjectDisposedException>(() => domain.State);
    }
}
