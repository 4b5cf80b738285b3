using System.IO.Compression;
using System.Security.Cryptography;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

/// <summary>What came out of a file.</summary>
/// <param name="Content">Of what came out.</param>
/// <param name="Sha256">Of what came out, lower case hex; null when it was not computed by the way.</param>
/// <param name="Packer">What the file itself is packed by, or null.</param>
/// <param name="Way">How it came out, for messages: empty when it was not packed, and nothing was written.</param>
sealed record Unpacked(FileContent Content, string? Sha256, string? Packer, string Way);

/// <summary>
/// Takes the disk out of what others packed, while that comes: packers by their programs, archives with one disk in them. What it is
/// decides, never its name.
/// </summary>
/// <param name="shown">The user's name of it, for messages.</param>
/// <param name="cures">Commands that mend it.</param>
sealed class Unpacker(string shown, ImageCures cures)
{
    /// <summary>Whether an archive's CD is meant rather than its disk.</summary>
    public bool WantsDisc { get; init; }

    /// <summary>Writes what comes out; writes nothing when nothing is packed.</summary>
    public async Task<Unpacked> TakeAsync(Stream from, string to, CancellationToken cancel)
    {
        var start = await FileContent.BeginningAsync(from, cancel);
        var content = FileContent.Of(start.Span);
        return content is { Packer: null, Archive: null }
            ? new(content, null, null, "")
            : (await TakeAsync(start, from, to, content, "", cancel)) with
            {
                Packer = content.Packer,
            };
    }

    async Task<Unpacked> TakeAsync(
        ReadOnlyMemory<byte> start,
        Stream from,
        string to,
        FileContent content,
        string way,
        CancellationToken cancel
    ) =>
        content.Packer is { } packer ? await UnpackAsync(start, from, to, packer, way, cancel)
        : content.Archive is { } archive ? await ExtractAsync(start, from, to, archive, way, cancel)
        : new(content, await WriteAsync(start, from, to, cancel), null, way);

    async Task<Unpacked> UnpackAsync(
        ReadOnlyMemory<byte> start,
        Stream from,
        string to,
        string packer,
        string way,
        CancellationToken cancel
    )
    {
        Unpacked? result = null;
        var tool = new Tool(packer, ["-d", "-c", .. packer == "zstd" ? ["--long=31"] : Array.Empty<string>()]) // it may be packed by so large a window
        {
            Input = (input, stop) => SendAsync(start, from, input, stop),
            Output = async (output, stop) =>
            {
                var inner = await FileContent.BeginningAsync(output, stop);
                var content = FileContent.Of(inner.Span);
                if (content.Packer is { } second)
                    throw CroftException.World(
                        $"{shown}{way}, unpacked, is packed twice ({second}), not a disk",
                        way.Length == 0 ? cures.Unpacked(packer, second) : null
                    );
                result = await TakeAsync(inner, output, to, content, way + ", unpacked,", stop);
            },
        };
        await RunAsync(tool, way, cancel);
        return result!;
    }

    /// <summary>Unpacks an archive beside, and takes the one disk that is in it.</summary>
    async Task<Unpacked> ExtractAsync(
        ReadOnlyMemory<byte> start,
        Stream from,
        string to,
        string archive,
        string way,
        CancellationToken cancel
    )
    {
        var folder = Directory.CreateDirectory($"{to}.archive").FullName;
        if (archive == "tar")
            await RunAsync(
                new Tool("tar", "-x", "-f", "-", "--no-same-owner", "--no-same-permissions", "-C", folder)
                {
                    Input = (input, stop) => SendAsync(start, from, input, stop),
                    Environment = new Dictionary<string, string?> { ["TAR_OPTIONS"] = null, ["LC_ALL"] = "C.UTF-8" },
                },
                way,
                cancel
            );
        else
            await UnzipAsync(start, from, to, folder, way, cancel);
        var (path, content) = await TheDiskAsync(folder, archive, way, cancel);
        if (archive == "tar" && await OvaManifest.FaultAsync(folder, path, cancel) is { } fault)
            throw CroftException.World($"{shown}{way} {fault}", cures.Tried("tar -tvf"));
        way += $", its {PlainText.Line(Path.GetRelativePath(folder, path))},";
        Unpacked result;
        if (content.Packer is null)
        {
            File.Move(path, to, overwrite: true);
            result = new(content, null, null, way);
        }
        else
        {
            await using var member = File.OpenRead(path);
            result = await TakeAsync(await FileContent.BeginningAsync(member, cancel), member, to, content, way, cancel);
        }

        Directory.Delete(folder, recursive: true);
        return result;
    }

    /// <exception cref="CroftException">There is none, or there are several.</exception>
    async Task<(string Path, FileContent Content)> TheDiskAsync(string folder, string archive, string way, CancellationToken cancel)
    {
        var found = await DisksAsync(folder, cancel);
        if (found.Count == 1)
            return found[0];
        string[] names = [.. (found.Count > 0 ? found.Select(f => f.Path) : Files(folder)).Select(f => Path.GetRelativePath(folder, f))];
        var list = names.Length == 0 ? "it is empty" : PlainText.Line(string.Join(", ", names.Take(8)));
        throw found.Count > 0
            ? CroftException.World(
                $"{shown}{way} is a {archive} archive with {found.Count} disks: {list}",
                cures.Extracted(archive == "tar" ? "tar -xf" : "unzip", names[0])
            )
            : CroftException.World($"{shown}{way} is a {archive} archive without a disk in it: {list}");
    }

    /// <summary>The disks among the files of a folder; where there is none, CDs; where there is none, what may be a packed one.</summary>
    async Task<List<(string Path, FileContent Content)>> DisksAsync(string folder, CancellationToken cancel)
    {
        var all = new List<(string Path, FileContent Content)>();
        foreach (var file in Files(folder))
            all.Add((file, await FileContent.ReadAsync(file, cancel)));
        Func<FileContent, bool>[] kinds =
        [
            c => WantsDisc ? c.IsDisc : c.IsDisk,
            c => WantsDisc ? c.IsDisk : c.IsDisc,
            c => c.Packer is not null,
        ];
        return kinds.Select(kind => all.Where(f => kind(f.Content)).ToList()).FirstOrDefault(found => found.Count > 0) ?? [];
    }

    /// <summary>Regular files; a link may lead anywhere.</summary>
    static IEnumerable<string> Files(string folder) =>
        new DirectoryInfo(folder)
            .EnumerateFiles(
                "*",
                new EnumerationOptions
                {
                    RecurseSubdirectories = true,
                    AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device,
                }
            )
            .Where(file => file.LinkTarget is null && FileNode.At(file.FullName).Refusal is null && file.Length > 0)
            .Select(file => file.FullName)
            .Order(StringComparer.Ordinal);

    async Task UnzipAsync(ReadOnlyMemory<byte> start, Stream from, string to, string folder, string way, CancellationToken cancel)
    {
        var whole = $"{to}.zip"; // its list of files is at its end
        await using (var file = File.Create(whole))
            await SendAsync(start, from, file, cancel);
        try
        {
            await ZipFile.ExtractToDirectoryAsync(whole, folder, cancel);
        }
        catch (InvalidDataException e) when (e.Message.Contains("compressed using", StringComparison.Ordinal))
        {
            throw CroftException.World(
                $"{shown}{way} is a zip archive that is encrypted, or packed in a way that Croft does not know: {e.Message}",
                cures.Opened("7z x"),
                e
            );
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw CroftException.World(
                $"{shown}{way} is a zip archive that is damaged or cut off: {e.Message}",
                cures.Tried("unzip -t"),
                e
            );
        }
        catch (IOException e) when (e.Message.Contains("outside the specified destination directory", StringComparison.Ordinal))
        {
            throw CroftException.World($"{shown}{way} is a zip archive with a file whose name leads out of it", cures.Tried("unzip -l"));
        }

        File.Delete(whole);
    }

    /// <summary>Runs a program that reads what comes; it may end before it has read all.</summary>
    async Task RunAsync(Tool tool, string way, CancellationToken cancel)
    {
        var result = await tool.RunAsync(cancel);
        if (result.ExitCode != 0)
            throw CroftException.World(
                $"unpacking {shown}{way.TrimEnd(',')}: {tool.Program} ended with exit code {result.ExitCode}: {Reason(tool, result)}",
                cures.Tried(tool.Program == "tar" ? "tar -tvf" : $"{tool.Program} -t")
            );
    }

    /// <summary>What bzip2 says after its first line is advice.</summary>
    static string Reason(Tool tool, ToolResult result) =>
        tool.Program == "bzip2" && result.Error.Trim().Split('\n')[0] is { Length: > 0 } first ? PlainText.Line(first) : result.LastWords;

    static async Task SendAsync(ReadOnlyMemory<byte> start, Stream from, Stream to, CancellationToken cancel)
    {
        await to.WriteAsync(start, cancel);
        await from.CopyToAsync(to, 1 << 17, cancel);
    }

    /// <summary>Writes it and leaves out blocks of zeros, of which a disk mostly is. Returns its SHA-256.</summary>
    static async Task<string> WriteAsync(ReadOnlyMemory<byte> start, Stream from, string to, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(to, FileMode.Create, FileAccess.Write, FileShare.Read, 0);
        var block = new byte[1 << 18];
        start.CopyTo(block);
        for (var have = start.Length; ; have = 0)
        {
            var read = have + await from.ReadAtLeastAsync(block.AsMemory(have), block.Length - have, throwOnEndOfStream: false, cancel);
            if (read == 0)
                break;
            hash.AppendData(block, 0, read);
            if (block.AsSpan(0, read).ContainsAnyExcept((byte)0))
                await file.WriteAsync(block.AsMemory(0, read), cancel);
            else
                file.Seek(read, SeekOrigin.Current);
        }

        file.SetLength(file.Position);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
