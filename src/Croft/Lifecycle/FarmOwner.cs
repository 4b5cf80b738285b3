using System.Globalization;
using System.Text;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>
/// The owner id of a farm's folder, which goes with the folder when it is moved, and not with a copy of it. <c>.croft/owner</c> holds the
/// id and, for each host
/// that uses the folder, where it is there and its inode, which a moved folder keeps. A folder that was copied finds its id in the folder
/// that it was copied
/// from, or another inode where that one is gone, and so has none.
/// </summary>
sealed class FarmOwner
{
    readonly string folder;
    readonly string host;
    readonly SortedDictionary<string, (string Inode, string Folder)> places = new(StringComparer.Ordinal);

    FarmOwner(string folder, string host) => (this.folder, this.host) = (folder, host);

    /// <summary>Null before the folder's first <c>up</c>, and in a copy.</summary>
    public string? Id { get; private set; }

    /// <summary>The folder of which this one is a copy; null when it is none.</summary>
    public string? Original { get; private set; }

    /// <summary>Whether there was a file without an id: a host that lost its power may leave one.</summary>
    bool isEmpty;

    /// <summary>Whether only other hosts have used the folder.</summary>
    public bool IsNewHere => places.Count > 0 && !places.ContainsKey(host);

    /// <summary>Reads whose a folder is.</summary>
    /// <param name="host">The id of this host: on another, the same path is another place.</param>
    public static FarmOwner Read(string folder, string host)
    {
        var owner = new FarmOwner(folder, host);
        var lines = Lines(folder);
        owner.Id = lines is [{ Length: > 0 } id, ..] ? id : null;
        owner.isEmpty = owner.Id is null && File.Exists(FileOf(folder));
        foreach (var line in lines.Skip(1).Select(l => l.Split(' ', 3)))
        {
            if (line is [var where, var inode, { Length: > 0 } place])
                owner.places[where] = (inode, place);
        }

        var (was, last) = owner.places.GetValueOrDefault(host);
        if (
            last is not null
            && last != folder
            && owner.Id is not null
            && (IdOf(last) == owner.Id ? !AreOne(last, folder) : was != InodeOf(folder))
        )
            (owner.Id, owner.Original) = (null, last);
        return owner;
    }

    /// <summary>The id, which is made when there is none; notes that the folder is here now.</summary>
    public string EnsureOwner()
    {
        if (Id is null)
            Take(Guid.NewGuid().ToString("n"), overwrite: Original is not null || isEmpty);
        else if (places.GetValueOrDefault(host) != (InodeOf(folder), folder))
            Take(Id, overwrite: true);
        return Id!;
    }

    /// <summary>Makes the folder the one of this id.</summary>
    public void Take(string id, bool overwrite = true)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FileOf(folder))!);
        if (id != Id)
            places.Clear();
        places[host] = (InodeOf(folder), folder);
        Write(
            FileOf(folder),
            string.Join('\n', places.Select(p => $"{p.Key} {p.Value.Inode} {p.Value.Folder}").Prepend(id)) + "\n",
            overwrite
        );
        (Id, Original) = (IdOf(folder), null);
    }

    /// <summary>Makes another folder that holds the id a copy of this one. Nothing happens to one that does not.</summary>
    /// <exception cref="CroftException">A command changes the farm there, or its files cannot be written.</exception>
    public async Task DisownAsync(string other, CancellationToken cancel)
    {
        if (other == folder || IdOf(other) != Id || AreOne(other, folder))
            return;
        var file = FileOf(other);
        try
        {
            using var alone = FileLock.TryEnter(Path.Combine(Path.GetDirectoryName(file)!, "lock"), "croft adopt")
                ?? throw CroftException.World(
                    $"another croft command changes the farm in {other} just now",
                    "croft adopt again when it is done"
                );
            Write(file, string.Join('\n', Id!, $"{host} {InodeOf(folder)} {folder}") + "\n", overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw await FileFault.OfAsync(file, e, cancel);
        }
    }

    static string FileOf(string folder) => Path.Combine(folder, ".croft/owner");

    static string? IdOf(string folder) => Lines(folder) is [{ Length: > 0 } id, ..] ? id : null;

    static string[] Lines(string folder) => File.Exists(FileOf(folder)) ? [.. File.ReadAllLines(FileOf(folder)).Select(l => l.Trim())] : [];

    /// <summary>Whether two paths lead to one folder, by a link or a mount.</summary>
    static bool AreOne(string one, string other) =>
        FileNode.At(one) is { Kind: FileKind.Folder } first
        && FileNode.At(other) is { Kind: FileKind.Folder } second
        && (first.Device, first.Inode) == (second.Device, second.Inode);

    static string InodeOf(string folder) => FileNode.At(folder).Inode.ToString(CultureInfo.InvariantCulture);

    static void Write(string file, string text, bool overwrite)
    {
        var next = $"{file}.{Environment.ProcessId}";
        using (var whole = new FileStream(next, FileMode.Create))
        {
            whole.Write(Encoding.UTF8.GetBytes(text));
            whole.Flush(flushToDisk: true); // before it has its name
        }

        try
        {
            File.Move(next, file, overwrite);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(next); // another controller was first
        }
    }
}
