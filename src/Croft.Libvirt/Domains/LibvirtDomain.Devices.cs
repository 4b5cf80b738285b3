namespace Croft.Libvirt;

public sealed unsafe partial class LibvirtDomain
{
    /// <summary>Adds a device.</summary>
    public void AttachDevice(string xml, AffectFlags flags = AffectFlags.Current) =>
        Checked(virDomainAttachDeviceFlags(handle, xml, flags));

    /// <summary>Takes a device away; a running guest may take its time to let it go.</summary>
    public void DetachDevice(string xml, AffectFlags flags = AffectFlags.Current) =>
        Checked(virDomainDetachDeviceFlags(handle, xml, flags));

    /// <summary>Changes a device, such as the medium of a drive.</summary>
    public void UpdateDevice(string xml, AffectFlags flags = AffectFlags.Current) =>
        Checked(virDomainUpdateDeviceFlags(handle, xml, flags));

    /// <summary>
    /// Starts to merge the layers of a disk from top down into base; null means the active layer and the lowest. Bandwidth 0 is no limit.
    /// </summary>
    public void BlockCommit(
        string disk,
        string? @base = null,
        string? top = null,
        ulong bandwidth = 0,
        BlockCommitFlags flags = BlockCommitFlags.None
    ) => Checked(virDomainBlockCommit(handle, disk, @base, top, new CULong((nuint)bandwidth), flags));

    /// <summary>
    /// Starts to copy what the layers of a disk above base hold into the active one, which then stands on base; null leaves it standing
    /// alone. Bandwidth 0 is no limit.
    /// </summary>
    public void BlockPull(string disk, string? @base = null, ulong bandwidth = 0) =>
        Checked(virDomainBlockRebase(handle, disk, @base, new CULong((nuint)bandwidth), 0));

    /// <summary>The block job of a disk, or null when there is none.</summary>
    public BlockJobInfo? BlockJobInfo(string disk)
    {
        var found = Checked(virDomainGetBlockJobInfo(handle, disk, out var info, 1));
        return found == 0 ? null : new BlockJobInfo((BlockJobType)info.type, info.bandwidth.Value, info.cur, info.end);
    }

    /// <summary>Ends the block job of a disk.</summary>
    public void BlockJobAbort(string disk, BlockJobAbortFlags flags = BlockJobAbortFlags.None) =>
        Checked(virDomainBlockJobAbort(handle, disk, flags));

    /// <summary>Gives a disk of the running domain another size, in bytes.</summary>
    public void BlockResize(string disk, ulong bytes) => Checked(virDomainBlockResize(handle, disk, bytes, 1));
}
