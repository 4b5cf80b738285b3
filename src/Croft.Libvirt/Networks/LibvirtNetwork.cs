namespace Croft.Libvirt;

/// <summary>A virtual network.</summary>
public sealed unsafe class LibvirtNetwork : IDisposable
{
    readonly NetworkHandle handle;

    internal LibvirtNetwork(NetworkHandle handle) => this.handle = handle;

    /// <summary>The name.</summary>
    public string Name => Checked(virNetworkGetName(this.handle));

    /// <summary>The UUID.</summary>
    public Guid Uuid => UuidOf(this.handle);

    /// <summary>The host's bridge. InternalError when it has none.</summary>
    public string BridgeName => Checked(virNetworkGetBridgeName(this.handle));

    /// <summary>Whether it is started.</summary>
    public bool IsActive => Checked(virNetworkIsActive(this.handle)) == 1;

    /// <summary>Whether it stays when it stops.</summary>
    public bool IsPersistent => Checked(virNetworkIsPersistent(this.handle)) == 1;

    /// <summary>Whether it starts with the host.</summary>
    public bool Autostart
    {
        get
        {
            Checked(virNetworkGetAutostart(this.handle, out var autostart));
            return autostart != 0;
        }
        set => Checked(virNetworkSetAutostart(this.handle, value ? 1 : 0));
    }

    /// <summary>
    /// The description; inactive, as it will be at the next start. A driver that has only one refuses to be asked for the other (libvirt's
    /// test driver before 9.1).
    /// </summary>
    public string Xml(bool inactive = false)
    {
        try
        {
            return Checked(virNetworkGetXMLDesc(this.handle, inactive ? 1u : 0));
        }
        catch (LibvirtException e) when (inactive && e.Code == LibvirtError.InvalidArg)
        {
            return Checked(virNetworkGetXMLDesc(this.handle, 0));
        }
    }

    /// <summary>Starts a defined network.</summary>
    public void Start() => Checked(virNetworkCreate(this.handle));

    /// <summary>Stops it. A transient one vanishes.</summary>
    public void Destroy() => Checked(virNetworkDestroy(this.handle));

    /// <summary>Takes the definition away; a started network becomes transient.</summary>
    public void Undefine() => Checked(virNetworkUndefine(this.handle));

    /// <summary>
    /// Changes one element without a restart. The parent index says which ip element is meant; -1, the first that fits. OperationInvalid
    /// for a duplicate.
    /// </summary>
    public void Update(
        NetworkUpdateCommand command,
        NetworkUpdateSection section,
        string xml,
        int parentIndex = -1,
        AffectFlags flags = AffectFlags.Live | AffectFlags.Config
    ) => Checked(virNetworkUpdate(this.handle, command, section, parentIndex, xml, flags));

    /// <summary>The addresses that its DHCP server has given out, all or those of one hardware address.</summary>
    public IReadOnlyList<DhcpLease> Leases(string? mac = null)
    {
        var count = Checked(virNetworkGetDHCPLeases(this.handle, mac, out var leases, 0));
        var list = new DhcpLease[count];
        for (var i = 0; i < count; i++)
        {
            var each = leases[i];
            var expiry = each->expirytime > 0 ? DateTimeOffset.FromUnixTimeSeconds(each->expirytime) : (DateTimeOffset?)null;
            list[i] = new DhcpLease(
                Taken.Text(each->mac),
                (IPAddressFamily)each->type,
                Taken.Text(each->ipaddr) ?? "",
                (int)each->prefix,
                Taken.Text(each->hostname),
                expiry
            );
            virNetworkDHCPLeaseFree(each);
        }
        NativeMemory.Free(leases);
        return list;
    }

    /// <summary>Releases the handle; the network itself stays as it is.</summary>
    public void Dispose() => this.handle.Dispose();

    internal static Guid UuidOf(NetworkHandle handle)
    {
        var bytes = stackalloc byte[16];
        Checked(virNetworkGetUUID(handle, bytes));
        return new Guid(new ReadOnlySpan<byte>(bytes, 16), bigEndian: true);
    }
}
