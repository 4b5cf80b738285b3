using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>
/// The project's phases folder as it is found, each entry once. Links to files and folders are followed, also out of the folder; nothing is
/// opened.
/// What no phase can mean is left out: Croft's and git's own folders, the farm file, and what editors leave.
/// </summary>
sealed class PhaseFolder
{
    public const long MostBytes = 256 << 20;
    const int MostEntries = 10_000;
    const int Deepest = 32;
    const int MostProblems = 10;
    const string Hint =
        "project.phases is for what the phases need in the guests: point it at a folder of its own, or move what is large out of it";

    static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    readonly Farm farm;
    readonly CancellationToken cancel;
    readonly List<(ulong, ulong)> above = [];
    readonly bool isHome;
    int entries;
    long bytes;

    PhaseFolder(Farm farm, string root, CancellationToken cancel)
    {
        (this.farm, Root, this.cancel) = (farm, root, cancel);
        var node = FileNode.At(root);
        isHome = FileNode.At(farm.Directory) is var home && (home.Device, home.Inode) == (node.Device, node.Inode);
        Walk("", node);
    }

    /// <summary>Full path.</summary>
    public string Root { get; }

    /// <summary>The regular files, by path below the folder.</summary>
    public SortedDictionary<string, FileNode> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>What is no file that can be read, by path, with the reason.</summary>
    public SortedDictionary<string, string> LeftOut { get; } = new(StringComparer.Ordinal);

    /// <summary>Why the folder cannot be used.</summary>
    public List<Problem> Problems { get; } = [];

    /// <summary>Looks through the folder.</summary>
    public static PhaseFolder Of(Farm farm, CancellationToken cancel) => new(farm, farm.Project.Phases!, cancel);

    /// <summary>A path below the folder as the user knows it: from the farm file's folder.</summary>
    public string Shown(string path) => Path.GetRelativePath(farm.Directory, Path.Combine(Root, path));

    /// <summary>Notes that a file or folder cannot be used.</summary>
    public void Refuse(string path, string why, string hint) =>
        Problems.Add(new(farm.Project.At, farm.Project.Key + ".phases", $"{Words.Printable(Shown(path), 300)} {why}", hint));

    /// <summary>
    /// Whether an entry is somebody's tool's, not the user's: <c>.git</c>, <c>.#main.sh</c>, <c>main.sh~</c>, <c>.main.sh.swp</c>,
    /// <c>#main.sh#</c>.
    /// </summary>
    public static bool IsTools(string name) =>
        name is ".croft" or ".git" or ".hg" or ".svn" or ".DS_Store"
        || name.EndsWith('~')
        || name.StartsWith(".#", StringComparison.Ordinal)
        || name is ['#', .., '#']
        || (name[0] == '.' && Path.GetExtension(name) is ".swp" or ".swo" or ".swx");

    void Walk(string folder, FileNode node)
    {
        if (above.Count > Deepest)
        {
            Refuse(folder, $"is more than {Deepest} folders deep", Hint);
            return;
        }

        above.Add((node.Device, node.Inode));
        foreach (var name in Names(folder))
        {
            cancel.ThrowIfCancellationRequested();
            var path = Path.Combine(folder, name);
            if (IsTools(name) || (isHome && (path == FarmFile.LockName || path == Path.GetFileName(farm.File))))
                continue;
            if (++entries > MostEntries)
                Refuse("", $"holds more than {MostEntries:N0} files and folders, with what links in it lead to", Hint);
            else if (bytes <= MostBytes)
                Take(path, FileNode.At(Path.Combine(Root, path)));
            if (entries > MostEntries || bytes > MostBytes || Problems.Count >= MostProblems)
                break;
        }

        above.RemoveAt(above.Count - 1);
    }

    List<string> Names(string folder)
    {
        try
        {
            return
            [
                .. Directory
                    .EnumerateFileSystemEntries(Path.Combine(Root, folder), "*", Everything)
                    .Take(MostEntries + 1)
                    .Select(path => Path.GetFileName(path)!)
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            return []; // removed meanwhile
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            Refuse(folder, "cannot be read", $"make it readable, or move it out of {Shown("")}");
            return [];
        }
    }

    void Take(string path, FileNode node)
    {
        switch (node.Kind)
        {
            case FileKind.File:
                Files[path] = node;
                bytes += node.Size;
                if (bytes > MostBytes)
                    Refuse("", $"holds more than {MostBytes >> 20} MiB, with what links in it lead to", Hint);
                break;
            case FileKind.Folder when above.Contains((node.Device, node.Inode)):
                LeftOut[path] = "is a link to a folder above it";
                break;
            case FileKind.Folder:
                Walk(path, node);
                break;
            case FileKind.Closed:
                Refuse(path, node.Refusal!, $"make it readable, or move it out of {Shown("")}");
                break;
            case FileKind.Nothing when path.Contains('\ufffd', StringComparison.Ordinal):
                LeftOut[path] = "has a name that is not UTF-8";
                break;
            case FileKind.Nothing:
                break; // removed meanwhile
            default:
                LeftOut[path] = node.Refusal!;
                break;
        }
    }
}
