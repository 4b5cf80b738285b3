namespace Croft.Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    /// <summary>The networks, all unless flags choose.</summary>
    public IReadOnlyList<LibvirtNetwork> Networks(NetworkListFlags flags = NetworkListFlags.All)
    {
        var count = Checked(virConnectListAllNetworks(this.handle, out var networks, flags));
        return Taken.List(networks, count, network => new LibvirtNetwork(NetworkHandle.Own(network)));
    }

    /// <summary>Names of the host's own network devices, in use or not. NoSupport when libvirt has no driver for them.</summary>
    public IReadOnlyList<string> InterfaceNames()
    {
        var count = Checked(virConnectListAllInterfaces(this.handle, out var devices, 0));
        return Taken.List(devices, count, device =>
        {
            var name = Taken.Text(virInterfaceGetName(device)) ?? "";
            _ = virInterfaceFree(device);
            return name;
        });
    }

    /// <summary>Names of the filters of packets. NoSupport when libvirt has no driver for them.</summary>
    public IReadOnlyList<string> FilterNames()
    {
        var count = Checked(virConnectListAllNWFilters(this.handle, out var filters, 0));
        return Taken.List(filters, count, filter =>
        {
            var name = Taken.Text(virNWFilterGetName(filter)) ?? "";
            _ = virNWFilterFree(filter);
            return name;
        });
    }

    /// <summary>The network of that name, or null.</summary>
    public LibvirtNetwork? FindNetwork(string name) =>
        Found(virNetworkLookupByName(this.handle, name), LibvirtError.NoNetwork) is { } handle ? new LibvirtNetwork(handle) : null;

    /// <summary>Defines a network, or redefines the one with the same name and UUID.</summary>
    public LibvirtNetwork DefineNetwork(string xml) => new(Checked(virNetworkDefineXML(this.handle, xml)));
}
