namespace Croft.Libvirt;

/// <summary>Why a guest agent's state changed.</summary>
public enum AgentReason
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>The domain started.</summary>
    DomainStarted = 1,

    /// <summary>The channel was opened or closed by the guest.</summary>
    Channel = 2,
}
