using System.Runtime.InteropServices;
using System.Text;

namespace Croft.Farms;

/// <summary>
/// What a path of the user's is, asked without opening it: opening a named pipe or a device can wait for ever. Whoever reads a file of the
/// user's asks
/// here first, and names what it is instead.
/// </summary>
/// <param name="Kind">Of what the path leads to, links followed.</param>
/// <param name="Size">Bytes, as far as the file system knows.</param>
/// <param name="Mode">The permissions.</param>
/// <param name="Group">The number of its group.</param>
/// <param name="Device">With <paramref name="Inode"/>, the one thing that all paths to it share.</param>
sealed record FileNode(FileKind Kind, long Size, UnixFileMode Mode, uint Group, ulong Device, ulong Inode)
{
    const int Here = -100;
    const int NotFollowed = 0x100;
    const uint BasicStats = 0x7ff;
    const int Denied = 13;

    /// <summary>Asks.</summary>
    public static FileNode At(string path)
    {
        var name = Encoding.UTF8.GetBytes(path + '\0');
        var said = new byte[256];
        if (path.Contains('\0', StringComparison.Ordinal))
            return new(FileKind.Nothing, 0, 0, 0, 0, 0);
        if (statx(Here, name, 0, BasicStats, said) == 0)
            return Of(said);
        var kind =
            Marshal.GetLastPInvokeError() == Denied ? FileKind.Closed
            : statx(Here, name, NotFollowed, BasicStats, said) == 0 ? FileKind.DeadLink
            : FileKind.Nothing;
        return new(kind, 0, 0, 0, 0, 0);
    }

    /// <summary>Why the path cannot be read as a file, as in <c>is a named pipe</c>; null when it can be tried.</summary>
    public string? Refusal =>
        Kind switch
        {
            FileKind.File => null,
            FileKind.Nothing => "does not exist",
            FileKind.Folder => "is a folder, not a file",
            FileKind.DeadLink => "is a link that leads nowhere",
            FileKind.Fifo => "is a named pipe, not a file",
            FileKind.Socket => "is a socket, not a file",
            FileKind.Device => "is a device, not a file",
            _ => "cannot be reached: a folder above it is closed to you",
        };

    /// <summary>The same of a folder.</summary>
    public string? FolderRefusal =>
        Kind switch
        {
            FileKind.Folder => null,
            FileKind.File => "is a file, not a folder",
            _ => Refusal?.Replace("not a file", "not a folder", StringComparison.Ordinal),
        };

    /// <summary>The same as a message of its own; null when it can be tried.</summary>
    /// <param name="path">As the message names it.</param>
    public string? Complaint(string path) =>
        Kind == FileKind.Nothing ? $"no file {path}"
        : Refusal is { } refusal ? $"{path} {refusal}"
        : null;

    // struct statx is the same everywhere, unlike struct stat.
    static FileNode Of(ReadOnlySpan<byte> statx)
    {
        var mode = BitConverter.ToUInt16(statx[28..]);
        var device = BitConverter.ToUInt64(statx[136..]);
        return new(
            KindOf(mode),
            BitConverter.ToInt64(statx[40..]),
            (UnixFileMode)(mode & 0xfff),
            BitConverter.ToUInt32(statx[24..]),
            device,
            BitConverter.ToUInt64(statx[32..])
        );
    }

    static FileKind KindOf(int mode) =>
        (mode & 0xf000) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Folder,
            0x1000 => FileKind.Fifo,
            0xc000 => FileKind.Socket,
            _ => FileKind.Device,
        };

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int statx(int folder, byte[] path, int flags, uint mask, byte[] result);
}
