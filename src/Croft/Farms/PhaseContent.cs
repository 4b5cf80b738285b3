using System.Security.Cryptography;

namespace Croft.Farms;

/// <summary>The content of a file of the phases folder, as it was when it was read.</summary>
/// <param name="Digest">SHA-256 in lower case hex, with <c>x</c> when it is executable and <c>p</c> when only its owner may read
/// it.</param>
/// <param name="IsUtf16">Whether it begins with a byte order mark of UTF-16, as some editors of Windows write text: no shell and no Ansible
/// reads it.</param>
/// <param name="IsForWindows">Whether its first line ends in CR LF, or it begins with a byte order mark: no Unix shell can run it
/// so.</param>
sealed record PhaseContent(string Digest, bool IsForWindows, bool IsUtf16)
{
    const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Reads every file of a folder once; with a copy, what was hashed is what the copy holds.</summary>
    /// <param name="copy">The folder that becomes the copy; null makes none.</param>
    public static SortedDictionary<string, PhaseContent> Read(PhaseFolder folder, string? copy, CancellationToken cancel)
    {
        var contents = new SortedDictionary<string, PhaseContent>(StringComparer.Ordinal);
        var left = PhaseFolder.MostBytes;
        foreach (var (path, node) in folder.Problems.Count > 0 ? [] : folder.Files)
        {
            try
            {
                using var from = File.OpenRead(Path.Combine(folder.Root, path));
                using var to = copy is null ? null : Create(Path.Combine(copy, path), ModeOf(node));
                contents[path] = Read(from, to, node, ref left, cancel);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // Removed since the folder was looked through, as editors do with theirs.
            }
            catch (UnauthorizedAccessException)
            {
                folder.Refuse(
                    path,
                    "cannot be read",
                    $"chmod u+r {ShellWord.Pasted(folder.Shown(path))}, or move it out of {folder.Shown("")}"
                );
            }
            catch (IOException e)
            {
                folder.Refuse(path, $"cannot be read: {e.Message}", $"move it out of {folder.Shown("")}");
            }
        }

        return contents;
    }

    /// <summary>
    /// The permissions that a file has in guests: as git knows them, and private where it is; the rest differs by the umask of whoever
    /// checked it out.
    /// </summary>
    static UnixFileMode ModeOf(FileNode node)
    {
        const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | Others;
        var mode = node.Mode.HasFlag(UnixFileMode.UserExecute) ? Plain | Execute : Plain;
        return (node.Mode & Others) == 0 ? mode & (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute) : mode;
    }

    static FileStream Create(string path, UnixFileMode mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var file = File.Create(path);
        File.SetUnixFileMode(file.SafeFileHandle, mode);
        return file;
    }

    static PhaseContent Read(FileStream from, FileStream? to, FileNode node, ref long left, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        bool? windows = null,
            wide = null;
        while (from.Read(buffer) is > 0 and var count)
        {
            cancel.ThrowIfCancellationRequested();
            if ((left -= count) < 0)
                throw new IOException("it grows while it is read"); // /proc says 0 bytes of files without end
            windows ??= IsWindows(buffer.AsSpan(0, count));
            wide ??= buffer.AsSpan(0, count) is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];
            hash.AppendData(buffer, 0, count);
            to?.Write(buffer, 0, count);
        }

        var mode = ModeOf(node);
        var marks = (mode.HasFlag(UnixFileMode.UserExecute) ? "x" : "") + (mode.HasFlag(Others) ? "" : "p");
        return new(Convert.ToHexStringLower(hash.GetHashAndReset()) + marks, windows ?? false, wide ?? false);
    }

    /// <summary>Whether a script that begins so was saved on Windows, and runs only when what marks that is taken out.</summary>
    public static bool IsWindows(ReadOnlySpan<byte> start) =>
        start is [0xEF, 0xBB, 0xBF, ..] || (start.IndexOf((byte)'\n') is > 0 and var end && start[end - 1] == '\r');
}
