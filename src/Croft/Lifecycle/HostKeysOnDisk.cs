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

    const string Commands =
        "cat /etc/ssh/ssh_host_ed25519_key.pub\ncat /etc/ssh/ssh_host_ecdsa_key.pub\ncat /etc/ssh/ssh_host_rsa_key.pub\n";

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
            var debugfs = new Tool("debugfs", "-f", "-", $"{raw}?offset={start * Sector}")
            {
                Input = async (input, stop) => await input.WriteAsync(Encoding.ASCII.GetBytes(Commands), stop),
            };
            said.AppendLine((await debugfs.RunAsync(cancel)).Output);
        }

        return said.ToString();
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
