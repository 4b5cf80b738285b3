namespace Croft.Tools;

/// <summary>Files that nobody but their owner may read, from their first moment on.</summary>
static class PrivateFile
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes one; a file that is there keeps what others may.</summary>
    public static FileStream Create(
        string path,
        FileMode mode = FileMode.CreateNew,
        FileAccess access = FileAccess.Write,
        FileOptions options = FileOptions.None
    )
    {
        var how = new FileStreamOptions
        {
            Mode = mode,
            Access = access,
            Options = options,
        };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = OwnerOnly;
        return new(path, how);
    }

    /// <summary>Makes one with a text in it.</summary>
    public static async Task WriteAsync(string path, string text, CancellationToken cancel)
    {
        await using var file = Create(path);
        await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancel);
    }
}
