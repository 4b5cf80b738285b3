namespace Croft.Tools;

/// <summary>A lock that processes share: an open file. The kernel opens it again when its owner dies, however that happens.</summary>
public static class FileGate
{
    /// <summary>Waits until nobody else is inside, then enters; disposing leaves.</summary>
    /// <param name="waiting">Called once when somebody else is inside.</param>
    public static async Task<FileStream> EnterAsync(string file, CancellationToken cancel, Action? waiting = null)
    {
        while (true)
        {
            if (TryEnter(file) is { } gate)
                return gate;
            waiting?.Invoke();
            waiting = null;
            await Poll.DelayAsync(TimeSpan.FromMilliseconds(200), cancel);
        }
    }

    /// <summary>Enters when nobody is inside; null otherwise.</summary>
    public static FileStream? TryEnter(string file)
    {
        try
        {
            return new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(file))
        {
            return null;
        }
    }
}
