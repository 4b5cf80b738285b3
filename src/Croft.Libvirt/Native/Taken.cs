namespace Croft.Libvirt.Native;

/// <summary>Arrays that libvirt allocates and the caller frees.</summary>
static unsafe class Taken
{
    /// <summary>Wraps each element; the wrappers own them from then on.</summary>
    internal static IReadOnlyList<T> List<T>(nint* elements, int count, Func<nint, T> wrap)
    {
        var list = new T[count];
        for (var i = 0; i < count; i++)
            list[i] = wrap(elements[i]);
        NativeMemory.Free(elements);
        return list;
    }

    internal static string? Text(byte* text) => Marshal.PtrToStringUTF8((nint)text);

    internal static string FixedText(byte* text, int size)
    {
        var bytes = new ReadOnlySpan<byte>(text, size);
        var end = bytes.IndexOf((byte)0);
        return System.Text.Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
