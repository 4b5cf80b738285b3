using System.Diagnostics;

namespace Croft.Testing;

/// <summary>Folders of this test process, named by it. Before the first of them, those go that killed test processes left.</summary>
public static class TestFolder
{
    const string Prefix = "croft-test-";

    static TestFolder()
    {
        // What something is mounted in is given back by whoever mounted it.
        var mounts = File.ReadAllText("/proc/self/mounts");
        foreach (var folder in OfKilled(Prefix).Where(f => !mounts.Contains(f, StringComparison.Ordinal)))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another test process deletes it at the same time, or it is another user's.
            }
        }
    }

    /// <summary>Makes one.</summary>
    public static string New(string prefix = Prefix) => Directory.CreateTempSubdirectory($"{prefix}{Environment.ProcessId}-").FullName;

    /// <summary>Deletes it. What was just killed may still write a last file into it, so that it is tried a while.</summary>
    /// <exception cref="IOException">Something goes on writing there.</exception>
    public static void Delete(string folder)
    {
        for (var tries = 100; ; tries--)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (IOException) when (tries > 0 && Directory.Exists(folder))
            {
                Thread.Sleep(100);
            }
        }
    }

    /// <summary>The folders of this prefix whose test processes are gone.</summary>
    public static IEnumerable<string> OfKilled(string prefix)
    {
        // The folders first: whose process starts only now is not among them.
        var folders = Directory.GetDirectories(Path.GetTempPath(), prefix + "*");
        var alive = Process
            .GetProcesses()
            .Where(p => p.ProcessName.StartsWith("Croft.", StringComparison.Ordinal))
            .Select(p => $"{p.Id}")
            .ToHashSet();
        return folders.Where(f => !alive.Contains(Path.GetFileName(f)[prefix.Length..].Split('-')[0]));
    }
}
