namespace Croft.Farms;

/// <summary>What ready means.</summary>
public enum WaitKind
{
    /// <summary>One authenticated command returned: by ssh, or at the serial console where that is the way in.</summary>
    Ssh,

    /// <summary>The guest agent answered.</summary>
    Agent,

    /// <summary>A TCP port accepted a connection.</summary>
    Port,

    /// <summary>The machine was started.</summary>
    None,
}

/// <summary>What ready means, and for a port which one.</summary>
public sealed record WaitSpec(WaitKind Kind, int Port = 22);
