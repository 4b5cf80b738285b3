namespace Croft.Libvirt.Native;

static unsafe partial class Libvirt
{
    [LibraryImport(Library)]
    internal static partial virError* virGetLastError();

    [LibraryImport(Library)]
    private static partial void virSetErrorFunc(void* userData, delegate* unmanaged<void*, virError*, void> handler);

    [UnmanagedCallersOnly]
    static void IgnoreError(void* userData, virError* error) { }

    [StructLayout(LayoutKind.Sequential)]
    internal struct virError
    {
        internal int code;
        internal int domain;
        internal byte* message;
        internal int level;
        internal nint conn,
            dom;
        internal nint str1,
            str2,
            str3;
        internal int int1,
            int2;
        internal nint net;
    }
}
