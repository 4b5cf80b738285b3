using System.Xml.Linq;
using Croft.Engines.Libvirt;

namespace Croft.Tests.Engines;

public sealed class StatesThatCannotBeKept
{
    const string Tpm = "<devices><tpm model='tpm-crb'/></devices>";
    const string Folder = "<devices><filesystem type='mount'/></devices>";
    const string Elsewhere = "<os firmware='efi'><nvram>/var/lib/libvirt/qemu/nvram/f.db_VARS.fd</nvram></os>";
    const string InThePool = "<os firmware='efi'><nvram>/var/lib/libvirt/croft/f.db.nvram.3.fd</nvram></os>";

    [Theory]
    [InlineData(Tpm, false, false, "machine \"db\" has a TPM, whose state can be kept only together with the memory")]
    [InlineData(Tpm, true, false, null)]
    [InlineData(Tpm, true, true, "machine \"db\" has a TPM, whose secrets a fork would share")]
    [InlineData(Folder, true, false, "machine \"db\" shares a folder of its host, and QEMU cannot keep the memory of such a machine")]
    [InlineData(Folder, false, false, null)]
    [InlineData(Elsewhere, false, false, "the UEFI variables of machine \"db\" are outside of Croft's pool and cannot be kept")]
    [InlineData(
        "<os firmware='efi'/>",
        false,
        false,
        "the UEFI variables of machine \"db\" are outside of Croft's pool and cannot be kept"
    )]
    [InlineData(InThePool, true, true, null)]
    [InlineData("", true, true, null)]
    public void AreNamed(string xml, bool memory, bool fork, string? message)
    {
        var domain = XElement.Parse(
            $"<domain><name>f.db</name><metadata><croft:machine xmlns:croft='https://croft.dev/xmlns/1' farm='f' name='db' owner='o'/></metadata>{xml}</domain>"
        );
        Assert.Equal(message, Keepable.Obstacle(domain, memory, fork)?.Message);
    }
}
