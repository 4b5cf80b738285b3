using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Croft.Farms.Reading;

/// <summary>Reads the families that the user adds to the catalogue.</summary>
sealed class CatalogueReader(string folder, ProblemList problems)
{
    static readonly string[] Schemes = ["http://", "https://", "ftp://"];

    /// <summary>Those that the farm file names, then the user's own; a name counts once.</summary>
    public ImmutableArray<ImageFamily> Read(ImmutableArray<Item<string>> named, ImmutableArray<string> own)
    {
        var families = ImmutableArray.CreateBuilder<ImageFamily>();
        foreach (var (node, file) in named)
        {
            var path = IsAddress(file) ? Path.Combine(folder, Cached(file)) : Path.GetFullPath(file, folder);
            if (FileNode.At(path) is { Refusal: { } refusal })
                problems.Add(
                    node,
                    IsAddress(file) ? $"{file} was not fetched yet" : $"{path} {refusal}",
                    IsAddress(file) ? "croft image update fetches it" : null
                );
            else
                Add(path, file);
        }

        foreach (var path in own)
            Add(path, path);
        return [.. families.DistinctBy(family => family.Name)];

        void Add(string path, string shown)
        {
            if (YamlText.ReadFile(path, shown, problems) is { } text && FamilyReader.Read(text, shown, problems) is { } family)
                families.Add(family);
        }
    }

    /// <summary>Whether a catalogue's file is to be fetched.</summary>
    public static bool IsAddress(string file) => Schemes.Any(scheme => file.StartsWith(scheme, StringComparison.Ordinal));

    /// <summary>Where what was fetched is kept, below the farm's folder.</summary>
    public static string Cached(string address) =>
        $".croft/catalog/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)))[..16]}.yaml";
}
