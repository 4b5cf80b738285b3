namespace Croft.Libvirt;

/// <summary>A guest agent came or went.</summary>
/// <param name="Name">The domain's name.</param>
/// <param name="Uuid">The domain's UUID.</param>
/// <param name="State">Whether it listens.</param>
/// <param name="Reason">Why that changed.</param>
public sealed record AgentEvent(string Name, Guid Uuid, AgentState State, AgentReason Reason);
