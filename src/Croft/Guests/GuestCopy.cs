using System.Collections.Immutable;
using System.Formats.Tar;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>
/// Copies files and folders between this host and a guest that is entered otherwise than by plain ssh: as tar, by any way that runs
/// commands.
/// </summary>
static class GuestCopy
{
    /// <summary>The one name in the archive.</summary>
    const string Name = "x";

    /// <summary>What .NET reads in place of bytes that are no UTF-8.</summary>
    const char NoCharacter = '\uFFFD';

    const UnixFileMode Folder = (UnixFileMode)0b111_101_101;

    /// <summary>Copies as <c>cp -r</c> does: into a folder that is there, else under the name. Returns the exit code.</summary>
    /// <exception cref="CroftException">It could not.</exception>
    public static async Task<int> RunAsync(IGuest guest, string from, string to, bool toGuest, CancellationToken cancel)
    {
        var result = await (toGuest ? SendAsync(guest, from, to, cancel) : FetchAsync(guest, from, to, cancel));
        return result.ExitCode == 0
            ? 0
            : throw CroftException.World($"copying {(toGuest ? to : from)}: exit code {result.ExitCode}: {result.LastWords}");
    }

    static Task<ToolResult> SendAsync(IGuest guest, string from, string to, CancellationToken cancel)
    {
        if (!File.Exists(from) && !Directory.Exists(from))
            throw CroftException.Usage($"there is no {from}");
        Check(from, []);
        var path = Home(to);
        var text =
            $"set -e; t={ShellWord.Quote(path)}; [ -n \"$t\" ] || t=.; if [ -d \"$t\" ]; then t=$t/{ShellWord.Quote(Path.GetFileName(Path.TrimEndingDirectorySeparator(from)))}; fi; "
            + "d=$(dirname \"$t\"); w=$(mktemp -d \"$d/.croft-XXXXXX\"); trap 'rm -rf \"$w\"' EXIT; tar -xf - -C \"$w\"; "
            + $"if [ -d \"$w/{Name}\" ]; then mkdir -p \"$t\"; cp -a \"$w/{Name}/.\" \"$t/\"; else mv -f \"$w/{Name}\" \"$t\"; fi";
        return guest.RunAsync(new(text) { Input = (stdin, stop) => WriteAsync(from, stdin, stop) }, cancel);
    }

    /// <summary>Refuses what cannot be sent, before anything is.</summary>
    /// <param name="above">The folders that it is in.</param>
    static void Check(string path, ImmutableHashSet<(ulong Device, ulong Inode)> above)
    {
        var node = FileNode.At(path);
        var refusal =
            node.Kind == FileKind.Folder
                ? above.Contains((node.Device, node.Inode))
                    ? "leads back to a folder that it is in"
                    : null
                : node.Kind == FileKind.Nothing && path.Contains(NoCharacter, StringComparison.Ordinal)
                    ? "has a name that is no UTF-8"
                    : node.Refusal;
        if (refusal is not null)
            throw CroftException.Usage($"{PlainText.Line(path)} {refusal}, and nothing was copied", "copy the others without it");
        foreach (var inside in node.Kind == FileKind.Folder ? Directory.EnumerateFileSystemEntries(path) : [])
            Check(inside, above.Add((node.Device, node.Inode)));
    }

    static async Task WriteAsync(string from, Stream stdin, CancellationToken cancel)
    {
        await using var tar = new TarWriter(stdin, TarEntryFormat.Pax, leaveOpen: true);
        await AddAsync(tar, from, Name, cancel);
    }

    static async Task AddAsync(TarWriter tar, string path, string name, CancellationToken cancel)
    {
        var isFolder = Directory.Exists(path);
        if (isFolder)
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, name + "/") { Mode = File.GetUnixFileMode(path) }, cancel);
        foreach (var inside in isFolder ? Directory.EnumerateFileSystemEntries(path) : [])
            await AddAsync(tar, inside, $"{name}/{Path.GetFileName(inside)}", cancel);
        if (isFolder)
            return;
        await using var data = File.OpenRead(path);
        await tar.WriteEntryAsync(
            new PaxTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = data,
                Mode = File.GetUnixFileMode(path),
                ModificationTime = File.GetLastWriteTimeUtc(path),
            },
            cancel
        );
    }

    static async Task<ToolResult> FetchAsync(IGuest guest, string from, string to, CancellationToken cancel)
    {
        var path = Home(from);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        var target = Directory.Exists(to) ? Path.Combine(to, name.Length > 0 ? name : guest.Access.Name) : to;
        var text =
            $"f={ShellWord.Quote(path)}; [ -n \"$f\" ] || f=.; [ -e \"$f\" ] || {{ echo \"$f: No such file or directory\" >&2; exit 1; }}; "
            + "if [ -d \"$f\" ]; then cd \"$f\" && exec tar -chf - .; fi; cd \"$(dirname \"$f\")\" && exec tar -chf - \"./$(basename \"$f\")\"";
        return await guest.RunAsync(new(text) { Output = (stdout, stop) => ReadAsync(stdout, target, stop) }, cancel);
    }

    /// <summary>The guest is not trusted: what would leave the target's folder is passed over, and only files and folders come.</summary>
    static async Task ReadAsync(Stream stdout, string target, CancellationToken cancel)
    {
        await using var tar = new TarReader(stdout, leaveOpen: true);
        string? root = null;
        try
        {
            while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
            {
                root ??= entry.EntryType == TarEntryType.Directory ? target : "";
                var place = root.Length == 0 ? target : Path.GetFullPath(Path.Combine(root, entry.Name));
                if (root.Length > 0 && place != root && !(place + "/").StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal))
                    continue;
                if (entry.EntryType == TarEntryType.Directory)
                    Directory.CreateDirectory(place, Folder);
                else if (entry is { EntryType: TarEntryType.RegularFile or TarEntryType.V7RegularFile })
                    await entry.ExtractToFileAsync(place, overwrite: true, cancel);
            }
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            // The guest says why.
        }

        await stdout.CopyToAsync(Stream.Null, cancel);
    }

    /// <summary>Relative to the home folder, which a <c>~</c> says, too.</summary>
    static string Home(string path) =>
        path is "~" ? "."
        : path.StartsWith("~/", StringComparison.Ordinal) ? path[2..]
        : path;
}
