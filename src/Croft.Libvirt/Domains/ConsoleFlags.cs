namespace Croft.Libvirt;

/// <summary>How a console is opened.</summary>
[Flags]
public enum ConsoleFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>An earlier client is thrown out.</summary>
    Force = 1 << 0,
}
