using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Croft.Guests;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>Fetches files from a guest. The guest is not trusted: only regular files that match, and only below the run's own folder.</summary>
sealed class Artifacts
{
    const int Named = 5;

    readonly IReadOnlyList<string> globs;
    readonly string root;
    readonly Dictionary<string, byte[]> fetched = new(StringComparer.Ordinal);
    readonly List<string> complaints = [];
    Exception? torn;
    bool any;

    Artifacts(IReadOnlyList<string> globs, string folder) => (this.globs, root) = (globs, Path.GetFullPath(folder) + Path.DirectorySeparatorChar);

    /// <summary>Fetches what matches the globs; <c>**</c> crosses folders, <c>*</c> and <c>?</c> do not. Files that change, vanish or are others' do not cost the rest.</summary>
    /// <param name="note">Takes what did not come whole.</param>
    /// <exception cref="CroftException">The guest could not send them.</exception>
    public static async Task FetchAsync(IGuest guest, IReadOnlyList<string> globs, string folder, Action<string> note, CancellationToken cancel)
    {
        var artifacts = new Artifacts(globs, folder);
        // find's own * crosses folders, so it finds too much; what does not match is left out here.
        var finds = globs.Select(glob => $"find -H {Shell.Quote(Root(glob))} -type f -path {Shell.Quote(Wide(glob))} -print0");
        var result = await guest.RunAsync(
            new($"export LC_ALL=C; {{ {string.Join("; ", finds)}; }} | tar --null --no-recursion --format=gnu --hard-dereference -h -P -c -f - -T -") { Output = artifacts.ReadAsync }, cancel);
        artifacts.Judge(result, note);
    }

    /// <summary>tar's 1 and 2 are also for files that changed while it read them, vanished, or may not be read; it has sent the others then.</summary>
    void Judge(ToolResult result, Action<string> note)
    {
        var said = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !IsOfNothing(line)).ToList();
        complaints.AddRange(said.Where(IsOfAFile).Select(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..]));
        var isWhole = torn is null && any && result.ExitCode is 0 or 1 or 2;
        if (!isWhole || (fetched.Count == 0 && result.ExitCode != 0))
        {
            throw CroftException.World("artifacts could not be fetched: " + (complaints.Count > 0 && isWhole ? Told()
                : said.Count > 0 ? string.Join(" / ", said.TakeLast(3))
                : result.ExitCode == 255 ? "the connection to the guest broke"
                : torn?.Message ?? $"tar ended with exit code {result.ExitCode}"));
        }

        if (complaints.Count > 0)
            note($"not all was fetched as it is: {Told()}");
    }

    string Told() => string.Join("; ", complaints.Take(Named)) + (complaints.Count > Named ? $"; and {complaints.Count - Named} more" : "");

    /// <summary>A pattern whose folder is not there matches nothing.</summary>
    static bool IsOfNothing(string line) =>
        line.StartsWith("find: ", StringComparison.Ordinal) && line.EndsWith(": No such file or directory", StringComparison.Ordinal);

    static bool IsOfAFile(string line) =>
        line.StartsWith("find: ", StringComparison.Ordinal)
        || (line.StartsWith("tar: ", StringComparison.Ordinal) && !line.StartsWith("tar: Exiting", StringComparison.Ordinal));

    async Task ReadAsync(Stream stream, CancellationToken cancel)
    {
        try
        {
            await UnpackAsync(new(stream), cancel);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or OverflowException)
        {
            torn = e; // the guest went away, or sends no archive: ssh's exit code and words say more
        }

        await stream.CopyToAsync(Stream.Null, cancel);
    }

    async Task UnpackAsync(TarFiles tar, CancellationToken cancel)
    {
        while (await tar.NextAsync(cancel) is { } entry)
        {
            any = true;
            var path = "/" + Encoding.UTF8.GetString(entry.Name).TrimStart('/');
            if (!entry.IsFile || !globs.Any(g => Matches(g, path)) || TargetOf(entry.Name) is not { } target)
                continue;
            await using var file = Open(target, path);
            await tar.CopyAsync(file, cancel);
            if (file is not null)
                fetched[target] = entry.Name;
        }

        any |= tar.Any;
    }

    /// <summary>Null when this disk does not take such a name, which is no reason to lose the others.</summary>
    FileStream? Open(string target, string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            return File.Create(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            complaints.Add($"{path}: {e.Message}");
            return null;
        }
    }

    /// <summary>Where a file of the guest goes; null when that would be outside. No two go to one place.</summary>
    string? TargetOf(byte[] name)
    {
        var plain = Path.GetFullPath(root + NameOf(name).TrimStart('/'));
        if (!plain.StartsWith(root, StringComparison.Ordinal))
            return null;
        var target = plain;
        for (var i = 2; fetched.TryGetValue(target, out var other) && !other.AsSpan().SequenceEqual(name); i++)
            target = $"{plain}~{i}";
        return target;
    }

    /// <summary>A name for this disk, where .NET takes UTF-8 alone: in one that is none, the bytes that are none stand as <c>%E9</c>, and % as <c>%25</c>.</summary>
    internal static string NameOf(ReadOnlySpan<byte> name)
    {
        if (Utf8.IsValid(name))
            return Encoding.UTF8.GetString(name);
        var text = new StringBuilder();
        while (!name.IsEmpty)
        {
            var isRune = Rune.DecodeFromUtf8(name, out var rune, out var length) == OperationStatus.Done;
            if (isRune && rune.Value != '%')
                text.Append(rune.ToString());
            else
                foreach (var part in name[..length])
                    text.Append(CultureInfo.InvariantCulture, $"%{part:X2}");
            name = name[length..];
        }

        return text.ToString();
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
