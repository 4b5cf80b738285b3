namespace Croft.Libvirt;

/// <summary>A volume's size, in bytes.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Capacity">The size that a guest sees.</param>
/// <param name="Allocation">What it uses.</param>
public readonly record struct VolumeInfo(VolumeType Type, ulong Capacity, ulong Allocation);
