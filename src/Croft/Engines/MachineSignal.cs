namespace Croft.Engines;

/// <summary>What a hypervisor said about a machine.</summary>
public enum MachineSignal
{
    /// <summary>Its processors run.</summary>
    Started,

    /// <summary>It is off: shut down, destroyed or crashed.</summary>
    Stopped,

    /// <summary>Its processors stand: it wrote to a disk, and no space is left in the pool.</summary>
    Full,

    /// <summary>The guest opened the agent's channel.</summary>
    AgentConnected,

    /// <summary>The connection to its hypervisor broke: nothing more will be heard.</summary>
    HostLost,
}
