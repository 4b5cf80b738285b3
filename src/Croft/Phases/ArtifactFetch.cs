using System.Text;
using System.Text.RegularExpressions;
using Croft.Guests;
using Croft.Tools;

namespace Croft.Phases;

/// <summary>
/// Fetches files from a guest. The guest is not trusted: only regular files that match, and only below the run's own folder.
/// </summary>
sealed class ArtifactFetch
{
    const int Named = 5;
    const int LongestText = 500;
    const int Most = 100_000;

    /// <summary>In bytes: what has less is not looked for room.</summary>
    const long AnyDisk = 1 << 20;

    /// <summary>find may look through a large disk before it has a word to say.</summary>
    static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(10);

    /// <summary>For all that comes when nothing should come any more.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    readonly IReadOnlyList<Regex> patterns;
    readonly string root;
    readonly TimeSpan silence;
    readonly CancellationTokenSource late;
    readonly Dictionary<string, byte[]> fetched = new(StringComparer.Ordinal);
    readonly List<string> complaints = [];
    Exception? torn;
    long complained;
    bool any;

    ArtifactFetch(IReadOnlyList<string> globs, string folder, TimeSpan silence, CancellationTokenSource late) =>
        (patterns, root, this.silence, this.late) = (
            [.. globs.Select(PatternOf)],
            Path.GetFullPath(folder) + Path.DirectorySeparatorChar,
            silence,
            late
        );

    /// <summary>
    /// Fetches what matches the globs; <c>**</c> crosses folders, <c>*</c> and <c>?</c> do not, and a folder's own name is all that is in
    /// it. Links to files come as what they lead to. Files that change, vanish or are others' do not cost the rest.
    /// </summary>
    /// <param name="note">Takes what did not come whole.</param>
    /// <param name="silence">How long the guest may send nothing; null is what suits guests of all kinds.</param>
    /// <exception cref="CroftException">The guest could not send them.</exception>
    public static async Task FetchAsync(
        IGuest guest,
        IReadOnlyList<string> globs,
        string folder,
        Action<string> note,
        CancellationToken cancel,
        TimeSpan? silence = null
    )
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var artifacts = new ArtifactFetch(globs, folder, silence ?? LongestSilence, late);
        // find's own * crosses folders, so it finds too much; what does not match is left out here.
        var command = new GuestCommand(Text(string.Join("; ", globs.Select(artifacts.FindOf)))) { Output = artifacts.ReadAsync };
        artifacts.Heard();
        try
        {
            artifacts.Judge(await guest.RunAsync(command, late.Token), note);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw CroftException.World(
                $"artifacts could not be fetched: {artifacts.torn?.Message ?? "the guest is silent, or does not come to an end"}"
            );
        }
    }

    /// <summary>
    /// The tar of busybox or a BSD takes no list: then it is called once or several times, and all that they send is one archive.
    /// </summary>
    static string Text(string finds) =>
        $$"""
            export LC_ALL=C; f=
            case $(tar --version 2>&1 | head -c 200) in
            *[Bb]usy[Bb]ox* | *toybox* | *'not found'*) ;;
            *bsdtar*) f='--format gnutar' ;;
            *) { {{finds}}; } | tar --null --no-recursion --format=gnu --hard-dereference -h -P -c -f - -T -; exit ;;
            esac
            command -v tar >/dev/null || { echo 'tar is not in the guest' >&2; exit 127; }
            { {{finds}}; } | xargs -0 -r tar -c -h $f -f -
            e=$?; head -c 1024 /dev/zero; [ $e -ne 123 ] || e=1; exit $e
            """;

    void Heard() => late.CancelAfter(silence);

    /// <summary>
    /// tar's 1 and 2 are also for files that changed while it read them, vanished, or may not be read; it has sent the others then.
    /// </summary>
    void Judge(ToolResult result, Action<string> note)
    {
        var said = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !IsOfNothing(line)).ToList();
        foreach (var line in said.Where(IsOfAFile))
            Complain(line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
        var isWhole = torn is null && any && result.ExitCode is 0 or 1 or 2;
        if (!isWhole || (fetched.Count == 0 && result.ExitCode != 0))
            throw CroftException.World(
                "artifacts could not be fetched: "
                    + (
                        complaints.Count > 0 && isWhole ? Told()
                        : said.Count > 0 ? string.Join(" / ", said.TakeLast(3).Select(Shown))
                        : result.ExitCode == IGuest.ConnectionFailed ? "the connection to the guest broke"
                        : torn?.Message ?? $"tar ended with exit code {result.ExitCode}"
                    )
            );

        if (complaints.Count > 0)
            note($"not all was fetched as it is: {Told()}");
    }

    void Complain(string text)
    {
        if (complained++ < Named)
            complaints.Add(Shown(text));
    }

    string Told() => string.Join("; ", complaints) + (complained > Named ? $"; and {complained - Named} more" : "");

    /// <summary>A pattern whose folder is not there matches nothing.</summary>
    static bool IsOfNothing(string line) =>
        line.StartsWith("find: ", StringComparison.Ordinal) && line.EndsWith(": No such file or directory", StringComparison.Ordinal);

    static bool IsOfAFile(string line) =>
        line.StartsWith("find: ", StringComparison.Ordinal)
        || (
            line.StartsWith("tar: ", StringComparison.Ordinal)
            && !((string[])["Exiting", "removing", "Removing", "error exit", "Error exit"]).Any(of =>
                line.AsSpan(5).StartsWith(of, StringComparison.Ordinal)
            )
        );

    async Task ReadAsync(Stream stream, CancellationToken cancel)
    {
        try
        {
            await UnpackAsync(new(stream, Heard), cancel);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or OverflowException)
        {
            torn = e; // the guest went away, or sends no archive: ssh's exit code and words say more
        }

        late.CancelAfter(silence < Grace ? silence : Grace);
        await stream.CopyToAsync(Stream.Null, cancel);
    }

    async Task UnpackAsync(TarFiles tar, CancellationToken cancel)
    {
        var count = 0;
        while (await tar.NextAsync(cancel) is { } entry)
        {
            any = true;
            var path = "/" + Encoding.UTF8.GetString(entry.Name).TrimStart('/');
            Require(++count, tar.Left, path);
            if (!patterns.Any(p => p.IsMatch(path)) || TargetOf(entry.Name) is not { } target)
                continue;
            if (tar.Link is { } first && TargetOf(first) is { } same && fetched.ContainsKey(same))
                Link(same, target, path, entry.Name);
            if (!entry.IsFile)
                continue;
            await using var file = Open(target, path);
            await CopyAsync(tar, file, path, cancel);
            if (file is not null)
                fetched[target] = entry.Name;
        }

        any |= tar.Any;
    }

    /// <summary>Another name of a file that has come.</summary>
    void Link(string first, string target, string path, byte[] name)
    {
        using (var file = Open(target, path))
        {
            if (file is null)
                return;
            using var content = File.OpenRead(first);
            content.CopyTo(file);
        }

        fetched[target] = name;
    }

    /// <summary>Numbers are only what the guest says; what it then sends must neither fill the disk nor go on for ever.</summary>
    void Require(int count, long size, string path)
    {
        if (count > Most)
            throw CroftException.World($"artifacts could not be fetched: they are more than {Most} files", "narrow project.artifacts");
        if (size < AnyDisk)
            return;
        if (Free is var free && size > free)
            throw CroftException.World(
                $"artifacts could not be fetched: {Shown(path)} has {size} bytes, and {free} are free for it in {root}",
                "free space on that disk, or narrow project.artifacts"
            );
    }

    long Free
    {
        get
        {
            var there = root;
            while (!Directory.Exists(there))
                there = Path.GetDirectoryName(there)!;
            return new DriveInfo(there).AvailableFreeSpace;
        }
    }

    static async Task CopyAsync(TarFiles tar, FileStream? file, string path, CancellationToken cancel)
    {
        try
        {
            await tar.CopyAsync(file, cancel);
        }
        catch (IOException e) when (e is not EndOfStreamException)
        {
            throw CroftException.World($"artifacts could not be fetched: {Shown(path)}: {e.Message}", cause: e);
        }
    }

    static string Shown(string text) => PlainText.Line(text.Length > LongestText ? text[..LongestText] + "…" : text);

    /// <summary>Null when this disk does not take such a name, which is no reason to lose the others.</summary>
    FileStream? Open(string target, string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            return File.Create(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // the latter is a folder in its place
        {
            Complain($"{Shown(path)}: {e.Message}");
            return null;
        }
    }

    /// <summary>Where a file of the guest goes; null when that would be outside. No two go to one place.</summary>
    string? TargetOf(byte[] name)
    {
        var plain = Path.GetFullPath(root + TarFiles.NameOf(name).TrimStart('/'));
        if (!plain.StartsWith(root, StringComparison.Ordinal))
            return null;
        var target = plain;
        for (var i = 2; fetched.TryGetValue(target, out var other) && !other.AsSpan().SequenceEqual(name); i++)
            target = $"{plain}~{i}";
        return target;
    }

    /// <summary>What this disk has no room for is named in the guest, and costs the others nothing.</summary>
    string FindOf(string glob)
    {
        var wide = Wide(Trimmed(glob));
        var paths = IsName(glob)
            ? $@"\( -path {ShellWord.Quote(wide)} -o -path {ShellWord.Quote(wide + "/*")} \)"
            : $"-path {ShellWord.Quote(wide)}";
        const string file = """\( -type f -o -type l -exec sh -c '[ -f "$1" ]' sh {} \; \)""";
        var free = Free;
        var told = $"find: $1: has more than the {free} bytes that are free for it where croft runs";
        var tooLarge = $$"""-size +{{free}}c -exec sh -c 'echo "{{told}}" >&2' sh {} \;""";
        return $@"find -H {ShellWord.Quote(Root(Trimmed(glob)))} {paths} {file} \( {tooLarge} -o -print0 \)";
    }

    static string Trimmed(string glob) => glob.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/";

    /// <summary>Whether a pattern ends with a name, which may be a folder's.</summary>
    static bool IsName(string glob) => Path.GetFileName(Trimmed(glob)).IndexOfAny(['*', '?', '[']) < 0;

    /// <summary>The folder above the first wildcard.</summary>
    static string Root(string glob)
    {
        var wild = glob.IndexOfAny(['*', '?', '[']);
        return wild < 0 ? glob : glob[..Math.Max(1, glob.LastIndexOf('/', wild))];
    }

    /// <summary>For find, whose * crosses folders: finds all that matches and more.</summary>
    static string Wide(string glob) => glob.Replace("**/", "*", StringComparison.Ordinal).Replace("**", "*", StringComparison.Ordinal);

    /// <summary>
    /// Whether a file is meant: <c>**/</c> is any folders or none, <c>**</c> anything, <c>*</c>, <c>?</c> and <c>[a-z]</c> stay in one
    /// folder. A name at the end is that of a file, or of a folder with all that is in it.
    /// </summary>
    internal static bool Matches(string glob, string path) => PatternOf(glob).IsMatch(path);

    static Regex PatternOf(string glob)
    {
        var pattern = Regex.Replace(Trimmed(glob), @"\*\*/|\*\*|\*|\?|\[!?[^\]/]+\]|.", part => part.Value switch
            {
                "**/" => "(.*/)?",
                "**" => ".*",
                "*" => "[^/]*",
                "?" => "[^/]",
                ['[', '!', .. var set, ']'] => $"[^/{Literal(set)}]",
                ['[', .. var set, ']'] => $"[{Literal(set)}]",
                var other => Regex.Escape(other),
            });
        return new($@"\A{pattern}{(IsName(glob) ? "(/.*)?" : "")}\z", RegexOptions.NonBacktracking | RegexOptions.Singleline);

        static string Literal(string set) =>
            set.Replace(@"\", @"\\", StringComparison.Ordinal)
                .Replace("^", @"\^", StringComparison.Ordinal)
                .Replace("[", @"\[", StringComparison.Ordinal);
    }
}
