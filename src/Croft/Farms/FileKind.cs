namespace Croft.Farms;

/// <summary>What is at a path.</summary>
enum FileKind
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>A regular file: the only kind whose reading ends.</summary>
    File,

    Folder,

    /// <summary>A symbolic link that leads nowhere, or round in a circle.</summary>
    DeadLink,

    /// <summary>A named pipe; opening it waits for somebody at the other end.</summary>
    Fifo,

    Socket,

    Device,

    /// <summary>What cannot be said: the way to it is not allowed.</summary>
    Closed,
}
