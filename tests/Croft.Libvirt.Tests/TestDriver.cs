namespace Croft.Libvirt.Tests;

/// <summary>libvirt's own driver inside the process; its default host is shared by all tests.</summary>
static class TestDriver
{
    internal static LibvirtConnection Open() => LibvirtConnection.Open("test:///default");
}
