namespace Croft.Libvirt;

/// <summary>A network was defined, started, stopped or undefined.</summary>
/// <param name="Name">The network's name.</param>
/// <param name="Uuid">The network's UUID.</param>
/// <param name="Kind">What happened.</param>
public sealed record NetworkEvent(string Name, Guid Uuid, NetworkEventKind Kind);
