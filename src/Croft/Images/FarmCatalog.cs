using Croft.Farms;
using Croft.Farms.Reading;

namespace Croft.Images;

/// <summary>Files of the catalogue that a farm file names by an address.</summary>
public static class FarmCatalog
{
    /// <summary>Fetches them all, so that the farm file can be read.</summary>
    public static async Task FetchAsync(string farm, CancellationToken cancel)
    {
        using var client = ImageMaker.NewClient();
        var download = new Download(client, TimeProvider.System);
        foreach (var address in FarmFile.CatalogAddresses(farm))
        {
            var text = await download.BytesAsync(new Uri(address), cancel) ?? throw CroftException.World($"catalog: there is no {address}");
            var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(farm))!, CatalogueReader.Cached(address));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file + ".new", text, cancel);
            ProblemList problems = new();
            if (YamlText.ReadFile(file + ".new", address, problems) is not { } yaml || FamilyReader.Read(yaml, address, problems) is null)
            {
                File.Delete(file + ".new");
                throw CroftException.World(
                    $"catalog: {problems.Sorted("")[0]}",
                    $"curl {address} shows what is there; what it brought before stays"
                );
            }

            File.Move(file + ".new", file, overwrite: true);
        }
    }
}
