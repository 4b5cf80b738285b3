namespace Croft.Libvirt.Tests;

public sealed class Connections
{
    [Fact]
    public void TellAboutTheHost()
    {
        using var connection = TestDriver.Open();
        Assert.Equal("test:///default", connection.Uri);
        Assert.Equal("TEST", connection.Driver);
        Assert.True(connection.IsAlive);
        Assert.NotEmpty(connection.HostName);
        Assert.InRange(LibvirtConnection.LibraryVersion, new Version(6, 0), new Version(99, 0));
        Assert.Equal(LibvirtConnection.LibraryVersion, connection.LibvirtVersion);
        Assert.Equal(new NodeInfo("i686", 3145728, 16, 1400, 2, 2, 2, 2), connection.NodeInfo());
        Assert.True(connection.FreeMemory() > 1 << 20);
        Assert.StartsWith("<capabilities>", connection.CapabilitiesXml(), StringComparison.Ordinal);
    }

    [Fact]
    public void RefuseAfterTheirEnd()
    {
        var connection = TestDriver.Open();
        connection.Dispose();
        connection.Dispose();
        Assert.True(connection.IsClosed);
        Assert.Throws<ObjectDisposedException>(() => connection.Uri);
    }

    [Fact]
    public void TellWhenTheDaemonDies()
    {
        var daemon = new Libvirtd();
        using var connection = daemon.Open();
        Assert.True(connection.IsAlive);
        daemon.Dispose();
        Wait.Until(() => !connection.IsAlive, "the connection is known to be dead");
        Assert.Throws<LibvirtException>(() => connection.Domains());
    }

    [Theory]
    [InlineData("qemu+ssh://user@host/system", "qemu+ssh://user@host/system?no_tty=1")]
    [InlineData("qemu+ssh://host/system?keyfile=/k", "qemu+ssh://host/system?keyfile=/k&no_tty=1")]
    [InlineData("qemu+ssh://host/system?keyfile=/k;no_verify=1", "qemu+ssh://host/system?keyfile=/k;no_verify=1;no_tty=1")]
    [InlineData("qemu+ssh://host/system?no_tty=0", "qemu+ssh://host/system?no_tty=0")]
    [InlineData("qemu+tls://host/system", "qemu+tls://host/system")]
    [InlineData("qemu:///system", "qemu:///system")]
    [InlineData("box", "box")]
    public void NeverAskOnATerminal(string written, string opened) => Assert.Equal(opened, SilentAuth.WithoutTerminal(written));
}
