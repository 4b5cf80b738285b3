namespace Croft.Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    /// <summary>The storage pools.</summary>
    public IReadOnlyList<LibvirtPool> Pools()
    {
        var count = Checked(virConnectListAllStoragePools(this.handle, out var pools, 0));
        return Taken.List(pools, count, pool => new LibvirtPool(this.handle, PoolHandle.Own(pool)));
    }

    /// <summary>The pool of that name, or null.</summary>
    public LibvirtPool? FindPool(string name) =>
        Found(virStoragePoolLookupByName(this.handle, name), LibvirtError.NoStoragePool) is { } handle
            ? new LibvirtPool(this.handle, handle)
            : null;

    /// <summary>Defines a pool, or redefines the one with the same name and UUID.</summary>
    public LibvirtPool DefinePool(string xml) => new(this.handle, Checked(virStoragePoolDefineXML(this.handle, xml, 0)));

    /// <summary>The volume with that path in any started pool, or null.</summary>
    public LibvirtVolume? FindVolumeByPath(string path) =>
        Found(virStorageVolLookupByPath(this.handle, path), LibvirtError.NoStorageVol) is { } handle
            ? new LibvirtVolume(this.handle, handle)
            : null;
}
