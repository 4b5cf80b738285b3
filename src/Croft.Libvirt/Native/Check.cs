namespace Croft.Libvirt.Native;

/// <summary>
/// The one place that sees a failure. libvirt's error is of the thread, and the next call wipes it: it is read here, at once.
/// </summary>
static unsafe class Check
{
    internal static int Checked(int result) => result >= 0 ? result : throw LastError();

    internal static string Checked(string? result) => result ?? throw LastError();

    internal static THandle Checked<THandle>(THandle handle)
        where THandle : SafeHandle
    {
        if (!handle.IsInvalid)
            return handle;
        var error = LastError();
        handle.Dispose();
        throw error;
    }

    /// <summary>The handle, or null when libvirt says that there is no such thing.</summary>
    internal static THandle? Found<THandle>(THandle handle, LibvirtError absent)
        where THandle : SafeHandle
    {
        if (!handle.IsInvalid)
            return handle;
        var error = LastError();
        handle.Dispose();
        return error.Code == absent ? null : throw error;
    }

    /// <summary>The string, or null when libvirt says that there is no such thing.</summary>
    internal static string? Found(string? result, LibvirtError absent)
    {
        if (result is not null)
            return result;
        var error = LastError();
        return error.Code == absent ? null : throw error;
    }

    internal static LibvirtException LastError()
    {
        var error = Libvirt.virGetLastError();
        return error is null
            ? new LibvirtException(LibvirtError.InternalError, LibvirtErrorSource.None, "libvirt failed without saying why.")
            : new LibvirtException(
                (LibvirtError)error->code,
                (LibvirtErrorSource)error->domain,
                Marshal.PtrToStringUTF8((nint)error->message) ?? ""
            );
    }
}
