namespace Croft.Farms.Reading;

static class PxeKeys
{
    public static readonly Field<string> Root = new(
        "root",
        Rules.HostPath,
        "A folder of the project. It is sent to the hypervisor at each `up` that starts a machine."
    )
    {
        Required = true,
    };

    public static readonly Field<string> File = new(
        "file",
        Rules.HostPath,
        "The file in it that machines load first: an iPXE script, or a boot loader."
    )
    {
        DefaultText = "the first that is there of `boot.ipxe`, `pxelinux.0`, `undionly.kpxe`, `ipxe.efi`, `grubx64.efi`",
    };

    public static readonly MapShape Map = new("what machines boot from the network", [Root, File], Root);

    /// <summary>What a folder's first file is usually called.</summary>
    public static readonly string[] Usual = ["boot.ipxe", "pxelinux.0", "undionly.kpxe", "ipxe.efi", "grubx64.efi"];
}
