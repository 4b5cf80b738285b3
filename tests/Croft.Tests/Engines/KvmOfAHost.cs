using Croft.Engines.Libvirt;
using Croft.Farms;
using Croft.Tests.Farms;

namespace Croft.Tests.Engines;

public sealed class KvmOfAHost : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("rw-------", 108, false)]
    [InlineData("rw-rw-rw-", 0, true)]
    [InlineData("rw-rw----", 106, true)] // its first group
    [InlineData("rw-rw----", 107, true)] // another one
    [InlineData("rw-rw----", 108, false)] // of the host, in a container
    [InlineData("rw-r-----", 106, false)]
    public void IsForQemusUser(string mode, uint group, bool expected)
    {
        var users = folder.Write("passwd", "root:x:0:0::/root:/bin/sh\nlibvirt-qemu:x:64055:106::/:/bin/false\n");
        var groups = folder.Write("group", "root:x:0:\nkvm:x:106:\nrender:x:107:me,libvirt-qemu\nother:x:108:me\n");
        var device = new FileNode(FileKind.Device, 0, Mode(mode), group, 1, 1);
        Assert.Equal(expected, LibvirtHost.MayUse(device, "64055:106", users, groups));
        Assert.Equal(expected, LibvirtHost.MayUse(device, "64055:64055", users, groups)); // as libvirt tells it of Debian
    }

    static UnixFileMode Mode(string words) => (UnixFileMode)words.Aggregate(0, (bits, letter) => bits << 1 | (letter == '-' ? 0 : 1));
}
