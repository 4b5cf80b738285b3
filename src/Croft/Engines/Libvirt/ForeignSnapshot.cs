namespace Croft.Engines.Libvirt;

/// <summary>A snapshot of one of Croft's machines that somebody else made, with virsh for instance; libvirt keeps it.</summary>
/// <param name="Parent">The one that it was taken on; null for none.</param>
/// <param name="Inside">Whether it is kept inside the disks that the machine writes to, and nowhere else.</param>
/// <param name="Current">Whether libvirt takes the next one on it.</param>
sealed record ForeignSnapshot(string Name, string? Parent, bool Memory, bool Inside, bool Current, DateTimeOffset Made);

/// <summary>One of Croft's snapshots, as <c>virsh snapshot-list</c> shows it.</summary>
/// <param name="Volume">Of its manifest, which identifies it.</param>
/// <param name="Description">For the reader of <c>virsh snapshot-info</c>.</param>
sealed record ShownSnapshot(string Name, string Volume, string Description, DateTimeOffset Made);
