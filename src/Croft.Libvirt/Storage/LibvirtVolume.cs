namespace Croft.Libvirt;

/// <summary>A volume of a storage pool: a file or block device that a disk can be made of.</summary>
public sealed unsafe partial class LibvirtVolume : IDisposable
{
    readonly ConnectHandle connection;

    internal LibvirtVolume(ConnectHandle connection, VolumeHandle handle)
    {
        this.connection = connection;
        Handle = handle;
    }

    internal VolumeHandle Handle { get; }

    /// <summary>The name in its pool.</summary>
    public string Name => Checked(virStorageVolGetName(Handle));

    /// <summary>The key, unique on the host.</summary>
    public string Key => Checked(virStorageVolGetKey(Handle));

    /// <summary>The path on the host.</summary>
    public string Path => Checked(virStorageVolGetPath(Handle));

    /// <summary>The description.</summary>
    public string Xml() => Checked(virStorageVolGetXMLDesc(Handle, 0));

    /// <summary>Type and size.</summary>
    public VolumeInfo Info()
    {
        Checked(virStorageVolGetInfo(Handle, out var info));
        return new VolumeInfo((VolumeType)info.type, info.capacity, info.allocation);
    }

    /// <summary>The pool it is in.</summary>
    public LibvirtPool Pool() => new(this.connection, Checked(virStoragePoolLookupByVolume(Handle)));

    /// <summary>Deletes it.</summary>
    public void Delete(VolumeDeleteFlags flags = VolumeDeleteFlags.None) => Checked(virStorageVolDelete(Handle, flags));

    /// <summary>Gives it another size, in bytes.</summary>
    public void Resize(ulong capacity, VolumeResizeFlags flags = VolumeResizeFlags.None) =>
        Checked(virStorageVolResize(Handle, capacity, flags));

    /// <summary>Overwrites it with zeros.</summary>
    public void Wipe() => Checked(virStorageVolWipe(Handle, 0));

    /// <summary>Releases the handle; the volume itself stays.</summary>
    public void Dispose() => Handle.Dispose();
}
