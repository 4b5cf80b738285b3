namespace Croft.Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    /// <summary>The domains, all unless flags choose.</summary>
    public IReadOnlyList<LibvirtDomain> Domains(DomainListFlags flags = DomainListFlags.All)
    {
        var count = Checked(virConnectListAllDomains(this.handle, out var domains, flags));
        return Taken.List(domains, count, domain => new LibvirtDomain(this.handle, DomainHandle.Own(domain)));
    }

    /// <summary>The domain of that name, or null.</summary>
    public LibvirtDomain? FindDomain(string name) => OrNull(Found(virDomainLookupByName(this.handle, name), LibvirtError.NoDomain));

    /// <summary>The domain with that UUID, or null.</summary>
    public LibvirtDomain? FindDomainByUuid(Guid uuid)
    {
        var bytes = stackalloc byte[16];
        uuid.TryWriteBytes(new Span<byte>(bytes, 16), bigEndian: true, out _);
        return OrNull(Found(virDomainLookupByUUID(this.handle, bytes), LibvirtError.NoDomain));
    }

    /// <summary>Defines a domain, or redefines the one with the same name and UUID.</summary>
    public LibvirtDomain DefineDomain(string xml, bool validate = false) =>
        new(this.handle, Checked(virDomainDefineXMLFlags(this.handle, xml, validate ? 1u : 0)));

    /// <summary>Starts a domain that vanishes when it stops.</summary>
    public LibvirtDomain CreateDomain(string xml, DomainStartFlags flags = DomainStartFlags.None) =>
        new(this.handle, Checked(virDomainCreateXML(this.handle, xml, flags)));

    /// <summary>Starts the domain saved in a file of the host, with another description where one is given. The file stays.</summary>
    public void Restore(string path, string? xml = null, DomainSaveFlags flags = DomainSaveFlags.None) =>
        Checked(virDomainRestoreFlags(this.handle, path, xml, flags));

    /// <summary>The description inside a save image.</summary>
    public string SaveImageXml(string path, DomainXmlFlags flags = DomainXmlFlags.None) =>
        Checked(virDomainSaveImageGetXMLDesc(this.handle, path, flags));

    LibvirtDomain? OrNull(DomainHandle? handle) => handle is null ? null : new LibvirtDomain(this.handle, handle);
}
