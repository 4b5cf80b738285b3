using System.Formats.Tar;
using System.Text;
using Croft.Tools;

namespace Croft.Images;

/// <summary>What is in a root file system that others made for a container.</summary>
/// <param name="HasMetadata">Whether <c>metadata.yaml</c> is in it, as LXD and Incus want it.</param>
/// <param name="IsRoot">Whether the root file system is the whole of it.</param>
/// <param name="Seed">Where its guest looks for its seed.</param>
sealed record ContainerRoot(bool HasMetadata, bool IsRoot, string Seed)
{
    public const string Cure =
        "a container has an archive of a root file system, tar packed or not, or squashfs; a disk is for virtual machines: runtime: vm";

    const string OfCroft = "var/lib/croft/seed";
    const string OfCloudInit = "var/lib/cloud/seed/nocloud";

    static readonly string[] Folders = ["etc", "bin", "usr"];

    /// <summary>Whether one is beside its metadata.</summary>
    public bool HasRoot { get; init; }

    /// <summary>The same of a virtual machine's disk.</summary>
    public bool HasDisk { get; init; }

    /// <summary>Why a file is none, by its beginning; null when it may be one.</summary>
    public static string? Refusal(FileContent content) =>
        content.Other is { } other && IsSquashed(content) is false ? other
        : content.IsDisk ? "a disk"
        : content.Archive == "zip" ? "a zip archive"
        : content is { Packer: null, Archive: null } && !IsSquashed(content) ? "no archive"
        : null;

    /// <summary>The same of a file; null, too, when it cannot be read now.</summary>
    public static string? Refusal(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var start = new byte[FileContent.Looked];
            return Refusal(FileContent.Of(start.AsSpan(0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static bool IsSquashed(FileContent content) => content.Other?.Contains("squashfs", StringComparison.Ordinal) == true;

    /// <exception cref="CroftException">It is something else.</exception>
    public static async Task<ContainerRoot> ReadAsync(string file, string shown, CancellationToken cancel)
    {
        var content = await FileContent.ReadAsync(file, cancel);
        if (Refusal(content) is { } what)
            throw CroftException.World($"{shown} is {what}, not a root file system", Cure);
        if (IsSquashed(content))
            return new(false, true, OfCloudInit);
        var (names, seed) = (new HashSet<string>(StringComparer.Ordinal), OfCloudInit);
        var list = await new Tool("tar", "-tf", file)
        {
            Environment = new Dictionary<string, string?> { ["TAR_OPTIONS"] = null, ["LC_ALL"] = "C.UTF-8" },
            Output = async (output, stop) =>
            {
                using var reader = new StreamReader(output);
                while (await reader.ReadLineAsync(stop) is { } line)
                {
                    var name = line.StartsWith("./", StringComparison.Ordinal) ? line[2..] : line;
                    names.Add(name.Split('/')[0]);
                    if (name.StartsWith(OfCroft, StringComparison.Ordinal))
                        seed = OfCroft;
                }
            },
        }.RunAsync(cancel);
        return list.ExitCode == 0
            ? new(names.Contains("metadata.yaml"), Folders.All(names.Contains), seed)
            {
                HasRoot = names.Contains("rootfs"),
                HasDisk = names.Contains("rootfs.img"),
            }
            : throw CroftException.World($"{shown} is no archive that tar reads: {PlainText.Line(list.LastWords)}", Cure);
    }

    /// <summary>Writes metadata as Croft's own images have it: the service writes the seed at each start. Always the same bytes.</summary>
    public async Task WriteMetadataAsync(string file, string arch, string name, CancellationToken cancel)
    {
        string[] parts = ["meta-data", "user-data", "network-config"];
        StringBuilder text = new($"architecture: {arch}\ncreation_date: 1\nproperties:\n  description: {name}, by Croft\ntemplates:\n");
        text.Append("  /etc/hostname:\n    when: [create, copy, start]\n    template: hostname.tpl\n");
        foreach (var part in parts)
            text.Append($"  /{Seed}/{part}:\n    when: [create, copy, start]\n    template: {part}.tpl\n");
        await using var stream = File.Create(file);
        await using var archive = new TarWriter(stream, TarEntryFormat.Ustar);
        await AddAsync("metadata.yaml", text.ToString());
        await AddAsync("templates/hostname.tpl", "{{ config_get(\"user.croft.machine\", container.name) }}\n");
        foreach (var part in parts)
            await AddAsync($"templates/{part}.tpl", $"{{{{ config_get(\"user.{part}\", \"\") }}}}");

        async Task AddAsync(string path, string content)
        {
            using var data = new MemoryStream(Encoding.UTF8.GetBytes(content));
            await archive.WriteEntryAsync(
                new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = data, ModificationTime = DateTimeOffset.UnixEpoch },
                cancel
            );
        }
    }
}
