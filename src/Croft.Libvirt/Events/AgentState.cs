namespace Croft.Libvirt;

/// <summary>Whether a guest agent listens.</summary>
public enum AgentState
{
    /// <summary>It opened its channel.</summary>
    Connected = 1,
}
