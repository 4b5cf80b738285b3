using Microsoft.Win32.SafeHandles;

namespace Croft.Libvirt.Native;

static unsafe partial class Libvirt
{
    internal const int StreamWouldBlock = -2;
    internal const int StreamAtHole = -3;
    internal const uint StreamNonBlock = 1;
    internal const uint StreamRecvStopAtHole = 1;
    internal const int StreamReadable = 1;
    internal const int StreamWritable = 2;
    internal const int StreamError = 4;
    internal const int StreamHangup = 8;

    [LibraryImport(Library)]
    internal static partial int virStreamFree(nint st);

    [LibraryImport(Library)]
    internal static partial StreamHandle virStreamNew(ConnectHandle conn, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStreamSend(StreamHandle st, byte* data, nuint nbytes);

    [LibraryImport(Library)]
    internal static partial int virStreamSendHole(StreamHandle st, long length, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStreamRecv(StreamHandle st, byte* data, nuint nbytes);

    [LibraryImport(Library)]
    internal static partial int virStreamRecvFlags(StreamHandle st, byte* data, nuint nbytes, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStreamRecvHole(StreamHandle st, out long length, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStreamFinish(StreamHandle st);

    [LibraryImport(Library)]
    internal static partial int virStreamAbort(StreamHandle st);

    [LibraryImport(Library)]
    internal static partial int virStreamEventAddCallback(
        StreamHandle stream,
        int events,
        delegate* unmanaged<nint, int, nint, void> cb,
        nint opaque,
        delegate* unmanaged<nint, void> ff
    );

    [LibraryImport(Library)]
    internal static partial int virStreamEventUpdateCallback(StreamHandle stream, int events);

    [LibraryImport(Library)]
    internal static partial int virStreamEventRemoveCallback(StreamHandle stream);
}

sealed class StreamHandle() : SafeHandleZeroOrMinusOneIsInvalid(true)
{
    protected override bool ReleaseHandle() => virStreamFree(handle) >= 0;
}
