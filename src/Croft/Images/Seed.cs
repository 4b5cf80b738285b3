using System.Text;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

/// <summary>
/// The seed: a small ISO 9660 volume with the label <c>cidata</c>, as cloud-init's NoCloud source reads it. The micro guests read it with
/// a page of awk (<c>Guest/micro/seed.awk</c>), so the text keeps to one narrow form of YAML: block style, two spaces per level, one key or
/// item per line, values in double quotes without escapes, keys in literal blocks. Values are checked, and what could leave its line is
/// refused.
/// </summary>
public static partial class Seed
{
    /// <summary>Makes the seed's files: <c>meta-data</c>, <c>network-config</c>, <c>user-data</c>, or what another reader wants.</summary>
    /// <exception cref="CroftException">A value is not what it should be.</exception>
    public static IReadOnlyDictionary<string, string> Build(SeedContent content) =>
        content.FirstBoot.Kind switch
        {
            FirstBoot.Ignition => new Dictionary<string, string> { [Ignition.FileName] = Ignition.Build(content) },
            FirstBoot.Combustion => new Dictionary<string, string> { [Combustion.FileName] = Combustion.Build(content) },
            FirstBoot.CloudbaseInit => CloudbaseInit.Build(content),
            FirstBoot.Unattend => Unattend.FileNames.ToDictionary(name => name, _ => Unattend.Build(content)),
            _ when content.FirstBoot.IsConfigDrive => ConfigDrive.Build(content),
            _ => NoCloud(content),
        };

    static Dictionary<string, string> NoCloud(SeedContent content)
    {
        var files = new Dictionary<string, string>
        {
            ["meta-data"] = MetaData(content),
            ["network-config"] = WholeNetwork(content),
            ["user-data"] = CloudUserData(content),
        };
        if (content.FirstBoot.VendorData is { } vendor)
            files["vendor-data"] = vendor.Text;
        return files;
    }

    /// <summary>Croft's, with the user's over it.</summary>
    static string WholeNetwork(SeedContent content) =>
        content.FirstBoot.NetworkConfig is { } own ? CloudNetwork.Over(NetworkConfig(content), own) : NetworkConfig(content);

    /// <summary>Croft's own, with the user's before it: cloud-init merges them, Croft's lists behind the user's.</summary>
    internal static string CloudUserData(SeedContent content) =>
        content.FirstBoot.UserData is { } own ? Multipart.Of(own.Text, UserData(content)) : UserData(content);

    /// <summary>The label by which its reader finds a volume of such files.</summary>
    static string LabelOf(IReadOnlyDictionary<string, string> files) =>
        files.Keys.Any(name => name.StartsWith("openstack/", StringComparison.Ordinal)) ? "config-2"
        : files.ContainsKey(Combustion.FileName) ? Combustion.Label
        : files.ContainsKey(Unattend.FileNames[0]) ? Unattend.Label
        : "cidata";

    /// <summary>Writes the seed's volume, readable by its owner only: it holds the guest's host key.</summary>
    public static async Task WriteIsoAsync(IReadOnlyDictionary<string, string> files, string path, CancellationToken cancel)
    {
        if (files.TryGetValue(Ignition.FileName, out var document))
        {
            await PrivateFile.WriteAsync(path, document, cancel);
            return;
        }

        var folder = Directory.CreateTempSubdirectory("croft-seed-").FullName; // 0700
        var unfinished = $"{path}.{Guid.NewGuid():N}";
        try
        {
            foreach (var (name, text) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
                await PrivateFile.WriteAsync(Path.Combine(folder, name), text, cancel);
            }

            await PrivateFile.WriteAsync(unfinished, "", cancel); // made first, so that it is never readable by others
            await new Tool(
                "xorrisofs",
                "-quiet",
                "-joliet",
                "-rock",
                "-volid",
                LabelOf(files),
                "-output",
                unfinished,
                folder
            ).RunCheckedAsync($"making the seed {path}", cancel);
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            File.Delete(unfinished);
        }
    }
}
