namespace Croft.Engines;

/// <summary>What a hypervisor said about a machine.</summary>
public enum MachineSignal
{
    /// <summary>Its processors run.</summary>
    Started,

    /// <summary>It is off: shut down, destroyed or crashed.</summary>
    Stopped,

    /// <summary>The guest opened the agent's channel.</summary>
    AgentConnected,
}
