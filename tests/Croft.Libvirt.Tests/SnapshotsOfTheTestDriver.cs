namespace Croft.Libvirt.Tests;

public sealed class SnapshotsOfTheTestDriver
{
    [Fact]
    public void FormATreeAndBringTheStateBack()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.DefineDomain(Xml.TestDomain(Xml.NewName("snapshot")));
        domain.Start();
        Assert.Null(domain.CurrentSnapshot());
        using var first = domain.CreateSnapshot("<domainsnapshot><name>first</name></domainsnapshot>");
        using var second = domain.CreateSnapshot("<domainsnapshot><name>second</name></domainsnapshot>");
        Assert.Equal("first", second.Parent()?.Name);
        Assert.Null(first.Parent());
        Assert.Equal("second", Assert.Single(first.Children()).Name);
        Assert.Equal(["first"], domain.Snapshots(SnapshotListFlags.Roots).Select(each => each.Name));
        Assert.Equal((false, true), (first.IsCurrent, second.IsCurrent));
        domain.Destroy();

        using var found = domain.FindSnapshot("first");
        found!.Revert();
        Assert.Equal(DomainState.Running, domain.State);
        Assert.Equal("first", domain.CurrentSnapshot()?.Name);

        first.Delete(SnapshotDeleteFlags.Children);
        Assert.Null(domain.FindSnapshot("second"));
        domain.Destroy();
        domain.Undefine();
    }
}
