using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

/// <summary>Builds a guest by the scripts in <c>Guest/</c>, which travel inside this assembly.</summary>
static class GuestBuild
{
    const string Prefix = "Guest/";
    const string Udev = "udev";

    static readonly Lazy<IReadOnlyList<(string Name, byte[] Content)>> Scripts = new(() =>
        [
            .. typeof(GuestBuild)
                .Assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => (name[Prefix.Length..], Read(name))),
        ]
    );

    /// <summary>What decides the result, as far as it can be known before: the scripts and what they are told.</summary>
    public static string Recipe(BuiltImage image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(
            Encoding.UTF8.GetBytes(
                string.Join(
                    '\n',
                    [
                        "built",
                        image.Suite,
                        image.Arch,
                        Flavour(image),
                        image.Mirror ?? "",
                        .. image.IsContainer ? ["container"] : (string[])[],
                        .. Packages(image),
                    ]
                )
            )
        );
        foreach (var (name, content) in Scripts.Value)
        {
            Add(Encoding.UTF8.GetBytes(name));
            Add(content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(byte[] part)
        {
            hash.AppendData(BitConverter.GetBytes((long)part.Length)); // so that no part runs into the next
            hash.AppendData(part);
        }
    }

    /// <summary>Builds into an empty folder.</summary>
    /// <param name="work">For what is needed only while building.</param>
    /// <param name="line">Called with each line that the build writes.</param>
    /// <returns>How to boot it.</returns>
    public static async Task<GuestManifest> RunAsync(
        BuiltImage image,
        string output,
        string work,
        Action<string> line,
        CancellationToken cancel
    )
    {
        var scripts = Path.Combine(work, "scripts");
        foreach (var (name, content) in Scripts.Value)
        {
            var path = Path.Combine(scripts, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content, cancel);
        }

        string[] command =
        [
            "sh",
            Path.Combine(scripts, "build.sh"),
            output,
            image.Suite,
            Architectures.DebianName(image.Arch),
            Flavour(image),
            .. Packages(image),
        ];

        // What root's build mounts (the host's /dev and /sys among it) is seen by the build alone, and is gone with it however it ends.
        var build = (
            Environment.IsPrivilegedProcess
                ? new Tool("unshare", ["--mount", "--propagation", "private", "--", .. command])
                : new Tool(command[0], command[1..])
        ) with
        {
            Environment = new Dictionary<string, string?>(Proxy(image))
            {
                ["MIRROR"] = image.Mirror,
                ["CONTAINER"] = image.IsContainer ? "yes" : null,
                ["TMPDIR"] = BuildFolder(work),
                ["LC_ALL"] = "C.UTF-8",
            },
            Line = line,
        };
        await build.RunCheckedAsync($"building the image \"{image.Name}\"", cancel);
        await using var manifest = File.OpenRead(Path.Combine(output, "manifest.json"));
        return (await JsonSerializer.DeserializeAsync(manifest, ImageJson.Default.GuestManifest, cancel))!;
    }

    /// <summary>Where a container may write to <c>/sys</c>, as nested and privileged ones may, systemd's network waits for udev.</summary>
    static IEnumerable<string> Packages(BuiltImage image) =>
        image is { IsContainer: true, Flavour: ImageFlavour.Systemd } && !image.Packages.Contains(Udev)
            ? image.Packages.Append(Udev)
            : image.Packages;

    /// <summary>What tells apt of a proxy that is the image's.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Proxy(BuiltImage image) =>
        image.AptProxy is { } proxy ? [new("http_proxy", proxy)] : [];

    /// <summary>Removes a build's folder, whoever owns what is in it.</summary>
    public static async Task RemoveAsync(string work)
    {
        foreach (var folder in (string[])[OutsideFolder(work), work])
        {
            if (!Directory.Exists(folder))
                continue;
            if (
                (await File.ReadAllLinesAsync("/proc/self/mounts", CancellationToken.None)).Any(mount =>
                    mount.Split(' ')[1].StartsWith(folder + "/", StringComparison.Ordinal)
                )
            )
                throw new IOException($"something is mounted below {folder}; it is left alone");
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException)
            {
                // Files of the build's own users, which only their user namespace's root may remove; the folder itself is this user's.
                string[] inside = Directory.GetDirectories(folder);
                await new Tool("mmdebstrap", ["--unshare-helper", "find", .. inside, "-mindepth", "1", "-delete"])
                {
                    Directory = "/",
                }.RunAsync(CancellationToken.None);
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>
    /// The root file system is made here. An ordinary user's build works as other users, who cannot reach a folder below a closed home:
    /// then it is in the machine's place for temporary files, and <c>outside</c> says where, so that it is found after a crash.
    /// </summary>
    static string BuildFolder(string work)
    {
        if (Environment.IsPrivilegedProcess)
            return Directory.CreateDirectory(Path.Combine(work, "root")).FullName;
        var outside = Directory.CreateTempSubdirectory("croft-build-");
        File.WriteAllText(Path.Combine(work, "outside"), outside.FullName);
        if (!OperatingSystem.IsWindows())
            outside.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return outside.FullName;
    }

    static string OutsideFolder(string work)
    {
        var note = Path.Combine(work, "outside");
        return File.Exists(note) ? File.ReadAllText(note) : "";
    }

    static string Flavour(BuiltImage image) => image.Flavour.ToString().ToLowerInvariant();

    static byte[] Read(string name)
    {
        using var stream = typeof(GuestBuild).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
