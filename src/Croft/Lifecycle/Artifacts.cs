using System.Formats.Tar;
using System.Text.RegularExpressions;
using Croft.Guests;

namespace Croft.Lifecycle;

/// <summary>Fetches files from a guest. The guest is not trusted: only regular files that match, and only below the run's own folder.</summary>
static class Artifacts
{
    /// <summary>Fetches what matches the globs; <c>**</c> crosses folders, <c>*</c> and <c>?</c> do not.</summary>
    /// <exception cref="CroftException">The guest could not send them.</exception>
    public static async Task FetchAsync(IGuest guest, IReadOnlyList<string> globs, string folder, CancellationToken cancel)
    {
        // find's own * crosses folders, so it finds too much; what does not match is left out here.
        var finds = globs.Select(glob => $"find {Shell.Quote(Root(glob))} -type f -path {Shell.Quote(Wide(glob))} -print0 2>/dev/null");
        Exception? torn = null;
        var result = await guest.RunAsync(new($"{{ {string.Join("; ", finds)}; }} | tar --null --no-recursion -P -cf - -T -")
        {
            Output = async (stream, stop) =>
            {
                try
                {
                    await UnpackAsync(stream, globs, folder, stop);
                }
                catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
                {
                    torn = e; // the guest went away, or sends no archive: ssh's exit code and words say more
                    await stream.CopyToAsync(Stream.Null, stop);
                }
            },
        }, cancel);
        if (result.ExitCode != 0 || torn is not null)
            throw CroftException.World($"artifacts could not be fetched: {(result.LastWords.Length > 0 ? result.LastWords : torn?.Message)}");
    }

    static async Task UnpackAsync(Stream stream, IReadOnlyList<string> globs, string folder, CancellationToken cancel)
    {
        await using var tar = new TarReader(stream, leaveOpen: true);
        var root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
        {
            var path = "/" + entry.Name.TrimStart('/');
            var target = Path.GetFullPath(root + path.TrimStart('/'));
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !target.StartsWith(root, StringComparison.Ordinal) || !globs.Any(g => Matches(g, path)))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var file = File.Create(target);
            if (entry.DataStream is { } data)
                await data.CopyToAsync(file, cancel);
        }

        await stream.CopyToAsync(Stream.Null, cancel);
    }

    /// <summary>The folder above the first wildcard.</summary>
    static string Root(string glob)
    {
        var wild = glob.IndexOfAny(['*', '?', '[']);
        return wild < 0 ? glob : glob[..Math.Max(1, glob.LastIndexOf('/', wild))];
    }

    /// <summary>For find, whose * crosses folders: finds all that matches and more.</summary>
    static string Wide(string glob) => glob.Replace("**/", "*", StringComparison.Ordinal).Replace("**", "*", StringComparison.Ordinal);

    /// <summary>Whether a file is meant: <c>**/</c> is any folders or none, <c>**</c> anything, <c>*</c>, <c>?</c> and <c>[a-z]</c> stay in one folder.</summary>
    internal static bool Matches(string glob, string path)
    {
        var pattern = Regex.Replace(glob, @"\*\*/|\*\*|\*|\?|\[!?[^\]/]+\]|.", part => part.Value switch
        {
            "**/" => "(.*/)?",
            "**" => ".*",
            "*" => "[^/]*",
            "?" => "[^/]",
            ['[', '!', .. var set, ']'] => $"[^/{Literal(set)}]",
            ['[', .. var set, ']'] => $"[{Literal(set)}]",
            var other => Regex.Escape(other),
        });
        return Regex.IsMatch(path, $@"\A{pattern}\z", RegexOptions.NonBacktracking | RegexOptions.Singleline);

        static string Literal(string set) => set.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("^", @"\^", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal);
    }
}
