namespace Croft.Libvirt;

/// <summary>How far a block job is; ready for a pivot when current equals end and end is not 0.</summary>
/// <param name="Type">What it does.</param>
/// <param name="BandwidthBytes">Its limit in bytes per second; 0 is none.</param>
/// <param name="Current">What is done.</param>
/// <param name="End">What there is to do.</param>
public readonly record struct BlockJobInfo(BlockJobType Type, ulong BandwidthBytes, ulong Current, ulong End);
