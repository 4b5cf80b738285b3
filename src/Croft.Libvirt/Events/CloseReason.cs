namespace Croft.Libvirt;

/// <summary>Why a connection closed by itself.</summary>
public enum CloseReason
{
    /// <summary>An input or output error.</summary>
    Error = 0,

    /// <summary>The daemon closed it.</summary>
    Eof = 1,
}
