using Microsoft.Win32.SafeHandles;

namespace Croft.Cli;

/// <summary>
/// The numbers 0 to 2. A caller may have closed them; the next files that are opened would get them, and what is printed would go there.
/// </summary>
static class StandardStreams
{
    const int Last = 2;

    static readonly List<SafeFileHandle> held = [];

    /// <summary>Takes those that are closed, before anything else is opened: reading there ends at once, and writing fails.</summary>
    public static void Hold()
    {
        var next = Open();
        for (; next.DangerousGetHandle() <= Last; next = Open())
            held.Add(next);
        next.Dispose();
    }

    static SafeFileHandle Open() => File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
}
