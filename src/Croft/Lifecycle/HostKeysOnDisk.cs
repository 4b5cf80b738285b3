using System.Text;
using System.Text.Json.Nodes;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>
/// Reads a guest's public host keys from a copy of its disk, by e2fsprogs: within seconds, and without a kernel for it. Other file systems
/// than ext2 to ext4 are not read.
/// </summary>
static class HostKeysOnDisk
{
    const int Sector = 512;

    static readonly string[] Kinds = ["ed25519", "ecdsa", "rsa"];

    /// <summary>Lines of which some are keys; empty where none is found.</summary>
    /// <param name="disk">A qcow2 in a folder of the caller's, who removes that.</param>
    public static async Task<string> ReadAsync(string disk, CancellationToken cancel)
    {
        var raw = disk + ".raw";
        if ((await new Tool("qemu-img", "convert", "-O", "raw", disk, raw).RunAsync(cancel)).ExitCode != 0)
            return "";
        var said = new StringBuilder();
        foreach (var start in await StartsAsync(raw, cancel))
        {
            var keys = Kinds.Select(kind => (Of: $"/etc/ssh/ssh_host_{kind}_key", To: $"{start}.{kind}")).ToList();
            var commands = string.Concat(keys.Select(key => $"cat {key.Of}.pub\ndump {key.Of} {key.To}\n"));
            var folder = Path.GetDirectoryName(raw)!;
            var debugfs = new Tool("debugfs", "-f", "-", $"{raw}?offset={start * Sector}")
            {
                Directory = folder,
                Input = async (input, stop) => await input.WriteAsync(Encoding.ASCII.GetBytes(commands), stop),
            };
            said.AppendLine((await debugfs.RunAsync(cancel)).Output);
            foreach (var key in keys)
                said.AppendLine(await PublicPartAsync(Path.Combine(folder, key.To), cancel));
        }

        return said.ToString();
    }

    /// <summary>Of a private key, which may be there alone; empty where it is none.</summary>
    static async Task<string> PublicPartAsync(string file, CancellationToken cancel)
    {
        if (!File.Exists(file))
            return "";
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite); // ssh-keygen refuses others
        var said = await new Tool("ssh-keygen", "-y", "-P", "", "-f", file).RunAsync(cancel);
        File.Delete(file);
        return said.ExitCode == 0 ? said.Output : "";
    }

    /// <summary>The first sectors of a disk's partitions; 0 where it has none, but is one file system.</summary>
    static async Task<IEnumerable<long>> StartsAsync(string raw, CancellationToken cancel)
    {
        var table = await new Tool("sfdisk", "--json", raw).RunAsync(cancel);
        return table.ExitCode == 0 && JsonNode.Parse(table.Output)?["partitiontable"]?["partitions"] is JsonArray partitions
            ? partitions.Select(p => (long)p!["start"]!)
            : [0];
    }
}
