using System.Collections.Immutable;
using System.Formats.Tar;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>
/// Copies files and folders between this host and a guest as tar, by any way that runs commands: where that is not plain ssh, and folders
/// with links in them, since scp stops at those that lead to folders.
/// </summary>
static class GuestCopy
{
    /// <summary>The one name in the archive.</summary>
    const string Name = "x";

    /// <summary>What .NET reads in place of bytes that are no UTF-8.</summary>
    const char NoCharacter = '\uFFFD';

    /// <summary>What GNU's tar says of a link that leads nowhere, too.</summary>
    const string LedNowhere = "File removed before we read it";

    /// <summary>What tars say when there is no room.</summary>
    static readonly string[] FullDisk = ["No space left", "Wrote only", "write error"];

    const UnixFileMode Folder = (UnixFileMode)0b111_101_101;

    /// <summary>Copies as <c>cp -r</c> does: into a folder that is there, else under the name. Returns the exit code.</summary>
    /// <exception cref="CroftException">It could not.</exception>
    public static async Task<int> RunAsync(IGuest guest, string from, string to, bool toGuest, CancellationToken cancel)
    {
        var result = await (toGuest ? SendAsync(guest, from, to, cancel) : FetchAsync(guest, from, to, cancel));
        return result.ExitCode == 0
            ? 0
            : throw CroftException.World(
                $"copying {((toGuest ? to : from) is { Length: > 0 } path ? path : "~")}: exit code {result.ExitCode}: {result.LastWords}",
                !toGuest && result.Error.Contains(LedNowhere, StringComparison.Ordinal)
                        ? "a link there leads nowhere, or a file went meanwhile; the others have come"
                    : toGuest && IsFull(result) ? FullHint(guest)
                    : null
            );
    }

    static bool IsFull(ToolResult result) => FullDisk.Any(words => result.Error.Contains(words, StringComparison.Ordinal));

    static string FullHint(IGuest guest) => $"the guest's disk is full: croft exec {guest.Access.Name} -- df -h";

    /// <summary>Says that the guest's disk is full, where it is: scp says only <c>Failure</c>.</summary>
    /// <exception cref="CroftException">It is.</exception>
    public static async Task CheckRoomAsync(IGuest guest, string to, CancellationToken cancel)
    {
        var text =
            $"t={ShellWord.Quote(Home(to))}; [ -d \"$t\" ] || t=$(dirname \"$t\"); w=$(mktemp \"$t/.croft-XXXXXX\") || exit; "
            + "head -c 65536 /dev/zero >\"$w\"; e=$?; rm -f \"$w\"; exit $e";
        var tried = await guest.RunAsync(new(text), cancel);
        if (tried.ExitCode != 0 && IsFull(tried))
            throw CroftException.World($"copying {(to.Length > 0 ? to : "~")}: {tried.LastWords}", FullHint(guest));
    }

    static Task<ToolResult> SendAsync(IGuest guest, string from, string to, CancellationToken cancel)
    {
        if (!File.Exists(from) && !Directory.Exists(from))
            throw CroftException.Usage($"there is no {from}");
        Check(from, []);
        var path = Home(to);
        var text =
            $"set -e; t={ShellWord.Quote(path)}; if [ -d \"$t\" ]; then t=$t/{ShellWord.Quote(Path.GetFileName(Path.TrimEndingDirectorySeparator(from)))}; fi; "
            + "d=$(dirname \"$t\"); [ -d \"$d\" ] || { echo \"$d: there is no such folder\" >&2; exit 1; }; w=$(mktemp -d \"$d/.croft-XXXXXX\"); trap 'rm -rf \"$w\"' EXIT; tar -xf - -C \"$w\"; "
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
        if (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(target)) is { } above && !Directory.Exists(above))
            throw CroftException.Usage($"there is no folder {PlainText.Line(above)}", "make it first");
        // A file that has come by another of its names would come as a link to that; and TarFiles reads GNU's form of long names.
        var text = $$"""
            f={{ShellWord.Quote(path)}}; [ -e "$f" ] || { echo "$f: No such file or directory" >&2; exit 1; }
            o=
            case $(tar --version 2>&1 | head -c 200) in
            *[Bb]usy[Bb]ox* | *toybox*) ;;
            *bsdtar*) o='--format gnutar' ;;
            *) o='--format=gnu --hard-dereference' ;;
            esac
            if [ -d "$f" ]; then cd "$f" && exec tar -c -h $o -f - .; fi
            cd "$(dirname "$f")" && exec tar -c -h $o -f - {{ShellWord.Quote("./" + name)}}
            """;
        return await guest.RunAsync(new(text) { Output = (stdout, stop) => ReadAsync(stdout, target, stop) }, cancel);
    }

    static async Task ReadAsync(Stream stdout, string target, CancellationToken cancel)
    {
        try
        {
            await UnpackAsync(new(stdout, () => { }), Path.TrimEndingDirectorySeparator(target), cancel);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or OverflowException)
        {
            // The guest says why.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CroftException.World($"copying to {PlainText.Line(target)}: {e.Message}", cause: e);
        }

        await stdout.CopyToAsync(Stream.Null, cancel);
    }

    /// <summary>The guest is not trusted: what would leave the target's folder is passed over, and only files and folders come.</summary>
    static async Task UnpackAsync(TarFiles tar, string target, CancellationToken cancel)
    {
        var come = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        bool? isFolder = null;
        while (await tar.NextAsync(cancel) is { } entry)
        {
            isFolder ??= tar.IsFolder;
            if (PlaceOf(entry.Name) is not { } place)
                continue;
            if (tar.IsFolder)
                Directory.CreateDirectory(place, Folder);
            if (tar.Link is { } first && PlaceOf(first) is { } same && come.ContainsKey(same))
                File.Copy(same, place, overwrite: true);
            if (entry.IsFile)
                await WriteAsync(tar, place, cancel);
            if (entry.IsFile || tar.Link is not null)
                come[place] = entry.Name;
        }

        string? PlaceOf(byte[] name)
        {
            var plain = isFolder == true ? Path.GetFullPath(Path.Combine(target, TarFiles.NameOf(name).TrimStart('/'))) : target;
            plain = Path.TrimEndingDirectorySeparator(plain);
            if (plain != target && !plain.StartsWith(target.TrimEnd('/') + "/", StringComparison.Ordinal))
                return null;
            var place = plain;
            for (var i = 2; come.TryGetValue(place, out var other) && !other.AsSpan().SequenceEqual(name); i++)
                place = $"{plain}~{i}";
            return place;
        }
    }

    static async Task WriteAsync(TarFiles tar, string place, CancellationToken cancel)
    {
        File.Delete(place); // a link there may lead anywhere
        await using (var file = new FileStream(place, FileMode.CreateNew, FileAccess.Write))
            await tar.CopyAsync(file, cancel);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(place, tar.Mode);
        File.SetLastWriteTimeUtc(place, tar.Changed.UtcDateTime);
    }

    /// <summary>Whether a guest has a folder at a path, and links in it.</summary>
    public static async Task<bool> HasLinksAsync(IGuest guest, string path, CancellationToken cancel)
    {
        var folder = ShellWord.Quote(Home(path));
        var text = $"[ -d {folder} ] && [ -n \"$(find {folder}/ -type l 2>/dev/null | head -n 1)\" ]";
        return (await guest.RunAsync(new(text), cancel)).ExitCode == 0;
    }

    /// <summary>Whether a folder of this host is at a path, and links in it.</summary>
    public static bool HasLinks(string path) =>
        Directory.Exists(path)
        && new DirectoryInfo(path)
            .EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Any(inside => inside.LinkTarget is not null);

    /// <summary>Relative to the home folder, which a <c>~</c> says, too; what begins with a dash is no option.</summary>
    static string Home(string path) =>
        path is "~" or "" or "~/" ? "."
        : path.StartsWith("~/", StringComparison.Ordinal) ? "./" + path[2..]
        : path[0] == '-' ? "./" + path
        : path;
}
