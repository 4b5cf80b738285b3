namespace Croft.Libvirt;

/// <summary>Whether a guest agent listens.</summary>
public enum AgentState
{
    /// <summary>It opened its channel.</summary>
    Connected = 1,

    /// <summary>It closed its channel.</summary>
    Disconnected = 2,
}
