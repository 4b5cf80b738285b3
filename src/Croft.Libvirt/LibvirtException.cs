namespace Croft.Libvirt;

/// <summary>A call that libvirt refused. Callers filter by <see cref="Code"/>.</summary>
public sealed class LibvirtException : Exception
{
    internal LibvirtException(LibvirtError code, LibvirtErrorSource source, string message, Exception? cause = null)
        : base(message, cause)
    {
        Code = code;
        ErrorSource = source;
    }

    /// <summary>What went wrong.</summary>
    public LibvirtError Code { get; }

    /// <summary>The part of libvirt that says so.</summary>
    public LibvirtErrorSource ErrorSource { get; }
}
