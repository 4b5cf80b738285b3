namespace Croft.Libvirt;

/// <summary>A storage pool: a directory, volume group or the like that volumes are made in.</summary>
public sealed unsafe class LibvirtPool : IDisposable
{
    readonly ConnectHandle connection;
    readonly PoolHandle handle;

    internal LibvirtPool(ConnectHandle connection, PoolHandle handle)
    {
        this.connection = connection;
        this.handle = handle;
    }

    /// <summary>The name.</summary>
    public string Name => Checked(virStoragePoolGetName(this.handle));

    /// <summary>The UUID.</summary>
    public Guid Uuid
    {
        get
        {
            var bytes = stackalloc byte[16];
            Checked(virStoragePoolGetUUID(this.handle, bytes));
            return new Guid(new ReadOnlySpan<byte>(bytes, 16), bigEndian: true);
        }
    }

    /// <summary>Whether it is started.</summary>
    public bool IsActive => Checked(virStoragePoolIsActive(this.handle)) == 1;

    /// <summary>Whether it starts with the host.</summary>
    public bool Autostart
    {
        get
        {
            Checked(virStoragePoolGetAutostart(this.handle, out var autostart));
            return autostart != 0;
        }
        set => Checked(virStoragePoolSetAutostart(this.handle, value ? 1 : 0));
    }

    /// <summary>The description.</summary>
    public string Xml() => Checked(virStoragePoolGetXMLDesc(this.handle, 0));

    /// <summary>State and space, as of the last refresh.</summary>
    public PoolInfo Info()
    {
        Checked(virStoragePoolGetInfo(this.handle, out var info));
        return new PoolInfo((PoolState)info.state, info.capacity, info.allocation, info.available);
    }

    /// <summary>Makes the storage, such as the directory.</summary>
    public void Build(PoolBuildFlags flags = PoolBuildFlags.None) => Checked(virStoragePoolBuild(this.handle, flags));

    /// <summary>Starts it.</summary>
    public void Start(PoolStartFlags flags = PoolStartFlags.None) => Checked(virStoragePoolCreate(this.handle, flags));

    /// <summary>Stops it; its volumes stay.</summary>
    public void Destroy() => Checked(virStoragePoolDestroy(this.handle));

    /// <summary>Takes the definition away.</summary>
    public void Undefine() => Checked(virStoragePoolUndefine(this.handle));

    /// <summary>Deletes the storage of a stopped pool.</summary>
    public void Delete() => Checked(virStoragePoolDelete(this.handle, 0));

    /// <summary>Looks for volumes and space again.</summary>
    public void Refresh() => Checked(virStoragePoolRefresh(this.handle, 0));

    /// <summary>The volumes, as of the last refresh.</summary>
    public IReadOnlyList<LibvirtVolume> Volumes()
    {
        var count = Checked(virStoragePoolListAllVolumes(this.handle, out var volumes, 0));
        return Taken.List(volumes, count, volume => new LibvirtVolume(this.connection, VolumeHandle.Own(volume)));
    }

    /// <summary>The volume of that name, or null.</summary>
    public LibvirtVolume? FindVolume(string name) =>
        Found(virStorageVolLookupByName(this.handle, name), LibvirtError.NoStorageVol) is { } handle
            ? new LibvirtVolume(this.connection, handle)
            : null;

    /// <summary>Makes a volume. StorageVolExist when there is one of that name.</summary>
    public LibvirtVolume CreateVolume(string xml, VolumeCreateFlags flags = VolumeCreateFlags.None) =>
        new(this.connection, Checked(virStorageVolCreateXML(this.handle, xml, flags)));

    /// <summary>Makes a volume with the content of another one.</summary>
    public LibvirtVolume CloneVolume(string xml, LibvirtVolume from, VolumeCreateFlags flags = VolumeCreateFlags.None) =>
        new(this.connection, Checked(virStorageVolCreateXMLFrom(this.handle, xml, from.Handle, flags)));

    /// <summary>Releases the handle; the pool itself stays as it is.</summary>
    public void Dispose() => this.handle.Dispose();
}
