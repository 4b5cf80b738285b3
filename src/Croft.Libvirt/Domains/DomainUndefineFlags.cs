namespace Croft.Libvirt;

/// <summary>What goes, or stays, with a definition.</summary>
[Flags]
public enum DomainUndefineFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>The managed save image goes.</summary>
    ManagedSave = 1 << 0,

    /// <summary>What libvirt knows about snapshots goes.</summary>
    SnapshotsMetadata = 1 << 1,

    /// <summary>The NVRAM file goes.</summary>
    Nvram = 1 << 2,

    /// <summary>The TPM state goes (libvirt 8.9).</summary>
    Tpm = 1 << 5,
}
