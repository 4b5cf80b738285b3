using System.Text;

namespace Croft.Farms.Reading;

/// <summary>Reads files of the user's that go into a seed. Each is text and small, or is refused with the reason.</summary>
/// <param name="folder">The farm file's.</param>
sealed class OwnFiles(string folder, ProblemList problems)
{
    /// <summary>cloud-init's own clouds allow little more.</summary>
    const long Largest = 1 << 20;

    readonly Dictionary<string, OwnFile?> read = [];

    /// <summary>The file of a key; null where there is none, or it cannot be read, which is then reported.</summary>
    public OwnFile? Read(MapReading map, Field<string> field)
    {
        if (map.Get(field) is not { } written)
            return null;
        var path = Path.GetFullPath(written, folder);
        if (!read.TryGetValue(path, out var file) || file is null)
            read[path] = file = Read(path, map.NodeOf(field));
        return file;
    }

    OwnFile? Read(string path, YamlNode node)
    {
        var found = FileNode.At(path);
        var refusal = found.Complaint(path)
            ?? (found.Size > Largest ? $"{path} has {found.Size >> 10} KiB; at most {Largest >> 10} are taken" : null);
        try
        {
            if (refusal is null)
                return new(path, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path)));
        }
        catch (ArgumentException)
        {
            refusal = $"{path} is not text: if it is packed, give it unpacked";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            refusal = $"{path} cannot be read: {e.Message}";
        }

        problems.Add(node, refusal!);
        return null;
    }
}
