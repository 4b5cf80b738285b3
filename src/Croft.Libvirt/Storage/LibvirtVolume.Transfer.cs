namespace Croft.Libvirt;

public sealed unsafe partial class LibvirtVolume
{
    /// <summary>
    /// Writes a source into the volume from an offset on, at most length bytes (0: all). Sparse leaves holes where the source has zeros:
    /// only
    /// for a volume that reads as zeros there. Progress is told the bytes so far. Whatever the source throws ends the transfer.
    /// </summary>
    public void Upload(Stream source, ulong offset = 0, ulong length = 0, bool sparse = false, Action<long>? progress = null)
    {
        using var stream = Checked(virStreamNew(connection, 0));
        Checked(virStorageVolUpload(Handle, stream, offset, length, sparse ? 1u : 0));
        Transfer.Run(stream, () => Transfer.Send(stream, source, length, sparse, progress));
    }

    /// <summary>
    /// Reads the volume into a target from an offset on, at most length bytes (0: all). Sparse asks for holes; they become holes of a
    /// target that can
    /// seek, and zeros in others. Progress is told the bytes so far. Whatever the target throws ends the transfer.
    /// </summary>
    public void Download(Stream target, ulong offset = 0, ulong length = 0, bool sparse = false, Action<long>? progress = null)
    {
        using var stream = Checked(virStreamNew(connection, 0));
        Checked(virStorageVolDownload(Handle, stream, offset, length, sparse ? 1u : 0));
        Transfer.Run(stream, () => Transfer.Receive(stream, target, sparse, progress));
    }
}
