using System.Collections.Concurrent;

namespace Croft.Tools;

/// <summary>
/// A lock that processes share: an open file. The kernel gives it back when its holder dies, however that happens. The file stays, because
/// removing it
/// would let two have it.
/// </summary>
public sealed class FileLock : IDisposable
{
    const int WouldBlock = 11; // EWOULDBLOCK, of flock: the only error that means that somebody has it
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    static readonly ConcurrentDictionary<string, FileLock> mine = new(StringComparer.Ordinal);

    readonly FileStream file;

#pragma warning disable CA2000 // the lock owns the file, the caller the lock
    FileLock(FileStream file) => this.file = file;

    /// <summary>Waits until nobody has the lock, then takes it; its folder is made when it is missing.</summary>
    /// <param name="doing">What it is taken for, as those that wait for it read it.</param>
    /// <param name="waiting">Called once when somebody else has it, with who that is, as far as is known.</param>
    /// <exception cref="CroftException">It cannot be had, whoever waits.</exception>
    public static async Task<FileLock> EnterAsync(string path, string? doing, CancellationToken cancel, Action<string>? waiting = null)
    {
        using var told = Waits.For($"whoever has {path}", () => Holder(path));
        while (true)
        {
            if (await TryAsync(path, doing, cancel) is { } held)
                return held;
            waiting?.Invoke(Holder(path));
            waiting = null;
            await Poll.DelayAsync(Pause, cancel);
        }
    }

    /// <summary>Takes the lock if nobody has it; null when somebody has.</summary>
    public static FileLock? TryEnter(string path, string? doing = null)
    {
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Say(path, doing);
            return mine[path] = new(file);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return null;
        }
    }

#pragma warning restore CA2000

    static async Task<FileLock?> TryAsync(string path, string? doing, CancellationToken cancel)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return TryEnter(path, doing);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw await FileFault.OfAsync(path, e, cancel);
        }
    }

    /// <summary>The locked file itself nobody can read.</summary>
    static void Say(string path, string? doing)
    {
        try
        {
            File.WriteAllText(path + ".holder", $"process {Environment.ProcessId}{(doing is null ? "" : $" ({doing})")}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk keeps nobody from stopping machines; those that wait are told less.
        }
    }

    static string Holder(string path)
    {
        try
        {
            return File.ReadAllText(path + ".holder") is { Length: > 0 } text ? text : "another process";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        mine.TryRemove(new(file.Name, this));
        file.Dispose();
    }

    /// <summary>Whether this process has the lock.</summary>
    public static bool IsMine(string path) => mine.ContainsKey(path);
}
