using System.Runtime.InteropServices.Marshalling;

namespace Croft.Libvirt.Native;

/// <summary>
/// A returned <c>const char *</c>: owned by libvirt's object, copied, never freed. Plain returned strings are freed (<c>free</c>).
/// </summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedOut, typeof(BorrowedString))]
static unsafe class BorrowedString
{
    internal static string? ConvertToManaged(byte* text) => Utf8StringMarshaller.ConvertToManaged(text);
}
