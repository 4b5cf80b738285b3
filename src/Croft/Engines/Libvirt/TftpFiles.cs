namespace Croft.Engines.Libvirt;

/// <summary>The files that machines boot from a network, where its dnsmasq reads them: a copy of the project's folder.</summary>
static class TftpFiles
{
    const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    const UnixFileMode Passable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Makes the copy what the folder is: machines that load a file meanwhile have it as it was.</summary>
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!, Passable);
        Directory.CreateDirectory(to, Passable);
        foreach (var entry in Directory.EnumerateFileSystemEntries(to).Where(e => !Path.Exists(Path.Combine(from, Path.GetFileName(e)))))
            Remove(entry);
        foreach (var folder in Directory.EnumerateDirectories(from))
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (var file in In(from, SearchOption.TopDirectoryOnly))
            CopyFile(file, Path.Combine(to, Path.GetFileName(file)));
    }

    /// <summary>The files of a folder without links that lead nowhere.</summary>
    public static IEnumerable<string> In(string folder, SearchOption how) =>
        Directory.EnumerateFiles(folder, "*", how).Where(f => File.ResolveLinkTarget(f, true)?.Exists != false);

    /// <summary>Removes a copy, if there is one, and with the last one the folder of all.</summary>
    public static void RemoveCopy(string copy)
    {
        var all = Path.GetDirectoryName(copy)!;
        if (!Directory.Exists(all))
            return;
        Remove(copy);
        if (!Directory.EnumerateFileSystemEntries(all).Any())
            Directory.Delete(all);
    }

    static void Remove(string place)
    {
        if (Directory.Exists(place))
            Directory.Delete(place, recursive: true);
        else
            File.Delete(place);
    }

    static void CopyFile(string from, string to)
    {
        var (now, before) = (new FileInfo(File.ResolveLinkTarget(from, true)?.FullName ?? from), new FileInfo(to));
        if (before.Exists && before.Length == now.Length && before.LastWriteTimeUtc == now.LastWriteTimeUtc)
            return;
        var unfinished = to + ".croft-new";
        File.Copy(now.FullName, unfinished, overwrite: true);
        File.SetUnixFileMode(unfinished, Readable);
        File.SetLastWriteTimeUtc(unfinished, now.LastWriteTimeUtc);
        File.Move(unfinished, to, overwrite: true);
    }
}
