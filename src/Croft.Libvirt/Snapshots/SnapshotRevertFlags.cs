namespace Croft.Libvirt;

/// <summary>How a domain goes back.</summary>
[Flags]
public enum SnapshotRevertFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,
}
