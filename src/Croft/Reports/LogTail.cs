using System.Text;

namespace Croft.Reports;

/// <summary>The end of a log file, as text that is safe to show.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Length">The whole file's length in bytes.</param>
/// <param name="Cut">How many bytes before the text were left out.</param>
sealed record LogTail(string Text, long Length, long Cut)
{
    /// <summary>Reads the last bytes of a log, from the begin of a line on where there is one; null when it cannot be read.</summary>
    internal static LogTail? Read(string? path, int limit)
    {
        // A length of zero is also that of a pipe or a device, which would be waited on.
        if (path is null || new FileInfo(path) is not { Exists: true, LinkTarget: null } info)
            return null;
        if (info.Length == 0)
            return new("", 0, 0);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = file.Length;
            file.Position = Math.Max(0, length - limit);
            var bytes = new byte[Math.Min(length, limit)];
            var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var tail = bytes.AsSpan(0, read);
            if (length > limit && tail.IndexOf((byte)'\n') is >= 0 and var lineEnd)
                tail = tail[(lineEnd + 1)..];
            return new(PlainText.Of(Encoding.UTF8.GetString(tail)), length, length - tail.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
