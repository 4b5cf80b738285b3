using Croft.Engines.Libvirt;

namespace Croft.Tests.Engines;

/// <summary>Why libvirt does not answer, in its words, and the cure that Croft adds.</summary>
public sealed class ConnectionsThatFail
{
    [Theory]
    [InlineData("packet 1852795247 bytes received from server too large, want 33554432", "must print nothing")]
    [InlineData("packet 12 bytes received from server too small, want 28", "must print nothing")]
    [InlineData("Cannot recv data: Cannot execute command-line and remote command.: Connection reset by peer", "RemoteCommand none")]
    [InlineData("Cannot recv data: Connection reset by peer", "try: virsh -c 'qemu+ssh://h/system' version")]
    public void HaveACure(string words, string cure) =>
        Assert.Contains(cure, LibvirtHost.ConnectHint("qemu+ssh://h/system", words), StringComparison.Ordinal);
}
