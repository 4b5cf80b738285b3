namespace Croft.Libvirt;

/// <summary>Why a guest agent's state changed.</summary>
public enum AgentReason
{
    /// <summary>Not known.</summary>
    Unknown = 0,
}
