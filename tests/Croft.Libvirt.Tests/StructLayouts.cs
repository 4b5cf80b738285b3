using System.Runtime.CompilerServices;
using static Croft.Libvirt.Native.Libvirt;

namespace Croft.Libvirt.Tests;

public sealed class StructLayouts
{
    // sizeof of the C compiler, on 64-bit Linux.
    [Fact]
    public void AreThoseOfTheHeaders()
    {
        Assert.Equal(64, Unsafe.SizeOf<virNodeInfo>());
        Assert.Equal(32, Unsafe.SizeOf<virDomainBlockJobInfo>());
        Assert.Equal(32, Unsafe.SizeOf<virDomainInterface>());
        Assert.Equal(24, Unsafe.SizeOf<virDomainIPAddress>());
        Assert.Equal(72, Unsafe.SizeOf<virNetworkDHCPLease>());
        Assert.Equal(32, Unsafe.SizeOf<virStoragePoolInfo>());
        Assert.Equal(24, Unsafe.SizeOf<virStorageVolInfo>());
        Assert.Equal(96, Unsafe.SizeOf<virTypedParameter>());
        Assert.Equal(24, Unsafe.SizeOf<virDomainStatsRecord>());
        Assert.Equal(32, Unsafe.SizeOf<virConnectAuth>());
        Assert.Equal(80, Unsafe.SizeOf<virError>());
    }
}
