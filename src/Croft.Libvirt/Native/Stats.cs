namespace Croft.Libvirt.Native;

static unsafe partial class Libvirt
{
    [LibraryImport(Library)]
    internal static partial int virConnectGetAllDomainStats(
        ConnectHandle conn,
        DomainStatsTypes stats,
        out virDomainStatsRecord** retStats,
        uint flags
    );

    [LibraryImport(Library)]
    internal static partial void virDomainStatsRecordListFree(virDomainStatsRecord** stats);

    [StructLayout(LayoutKind.Sequential)]
    internal struct virDomainStatsRecord
    {
        internal nint dom;
        internal virTypedParameter* @params;
        internal int nparams;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct virTypedParameter
    {
        internal fixed byte field[80];
        internal int type;
        internal virTypedValue value;
    }

    [StructLayout(LayoutKind.Explicit)]
    internal struct virTypedValue
    {
        [FieldOffset(0)]
        internal int i;

        [FieldOffset(0)]
        internal uint ui;

        [FieldOffset(0)]
        internal long l;

        [FieldOffset(0)]
        internal ulong ul;

        [FieldOffset(0)]
        internal double d;

        [FieldOffset(0)]
        internal byte b;

        [FieldOffset(0)]
        internal byte* s;
    }
}
