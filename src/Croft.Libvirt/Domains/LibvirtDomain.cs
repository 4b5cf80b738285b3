namespace Croft.Libvirt;

/// <summary>A domain: libvirt's word for a virtual machine. Name and UUID are known without asking the hypervisor.</summary>
public sealed unsafe partial class LibvirtDomain : IDisposable
{
    readonly ConnectHandle connection;
    readonly DomainHandle handle;

    internal LibvirtDomain(ConnectHandle connection, DomainHandle handle)
    {
        this.connection = connection;
        this.handle = handle;
    }

    /// <summary>The name.</summary>
    public string Name => Checked(virDomainGetName(this.handle));

    /// <summary>The UUID.</summary>
    public Guid Uuid => UuidOf(this.handle);

    /// <summary>The state.</summary>
    public DomainState State => StateAndReason().State;

    /// <summary>Whether it runs or is paused.</summary>
    public bool IsActive => Checked(virDomainIsActive(this.handle)) == 1;

    /// <summary>Whether it stays when it stops.</summary>
    public bool IsPersistent => Checked(virDomainIsPersistent(this.handle)) == 1;

    /// <summary>Whether it starts with the host.</summary>
    public bool Autostart
    {
        get
        {
            Checked(virDomainGetAutostart(this.handle, out var autostart));
            return autostart != 0;
        }
        set => Checked(virDomainSetAutostart(this.handle, value ? 1 : 0));
    }

    /// <summary>The description.</summary>
    public string Xml(DomainXmlFlags flags = DomainXmlFlags.None) => Checked(virDomainGetXMLDesc(this.handle, flags));

    /// <summary>The state and libvirt's number of the reason, whose meaning depends on the state.</summary>
    public (DomainState State, int Reason) StateAndReason()
    {
        Checked(virDomainGetState(this.handle, out var state, out var reason, 0));
        return ((DomainState)state, reason);
    }

    /// <summary>The domain's element of that namespace, or null.</summary>
    public string? GetMetadata(string uri, AffectFlags flags = AffectFlags.Current) =>
        Found(virDomainGetMetadata(this.handle, 2, uri, flags), LibvirtError.NoDomainMetadata);

    /// <summary>Sets the domain's element of a namespace, written with the prefix; null takes it away.</summary>
    public void SetMetadata(string? xml, string prefix, string uri, AffectFlags flags = AffectFlags.Current) =>
        Checked(virDomainSetMetadata(this.handle, 2, xml, prefix, uri, flags));

    /// <summary>Releases the handle; the domain itself stays as it is.</summary>
    public void Dispose() => this.handle.Dispose();

    internal static Guid UuidOf(DomainHandle handle)
    {
        var bytes = stackalloc byte[16];
        Checked(virDomainGetUUID(handle, bytes));
        return new Guid(new ReadOnlySpan<byte>(bytes, 16), bigEndian: true);
    }
}
