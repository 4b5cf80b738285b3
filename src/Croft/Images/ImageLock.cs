using System.Globalization;
using Croft.Tools;

namespace Croft.Images;

/// <summary>
/// One maker at a time for one image, among the processes of this machine: a lock on a file that the kernel gives back when its holder dies.
/// The file stays, because removing it would let two have it.
/// </summary>
sealed class ImageLock : IDisposable
{
    readonly FileStream file;

#pragma warning disable CA2000 // the lock owns the file, the caller the lock
    ImageLock(FileStream file) => this.file = file;

    /// <summary>Waits for the lock.</summary>
    /// <param name="waiting">Called once when another holds it, with who that is, as far as is known.</param>
    public static async Task<ImageLock> AcquireAsync(string path, Action<string> waiting, CancellationToken cancel)
    {
        var told = false;
        while (true)
        {
            if (TryAcquire(path) is { } held)
                return held;
            if (!told)
                waiting(Holder(path));
            told = true;
            await Poll.DelayAsync(TimeSpan.FromMilliseconds(200), cancel);
        }
    }

    /// <summary>Takes the lock, if nobody has it.</summary>
    public static ImageLock? TryAcquire(string path)
    {
        return TryOpen(path) is { } file ? new ImageLock(file) : null;
    }

#pragma warning restore CA2000

    static FileStream? TryOpen(string path)
    {
        const int wouldBlock = 11; // EWOULDBLOCK, of flock
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(path + ".holder", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)); // the locked file itself nobody can open
            return file;
        }
        catch (IOException e) when (e.HResult == wouldBlock)
        {
            return null;
        }
    }

    static string Holder(string path)
    {
        try
        {
            return $"process {int.Parse(File.ReadAllText(path + ".holder"), CultureInfo.InvariantCulture)}";
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            return "another process";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
