using System.Net;
using Croft.Engines;
using Croft.Images;
using Croft.Lifecycle;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Lifecycle;

/// <summary>What a fork's script makes of the files in which guests keep their cards, here below a folder.</summary>
public sealed class IdentitiesOfForks : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task StandInTheFilesOfWhoeverLooksAfterCards()
    {
        folder.Write("sys/class/net/eth0/address", "52:54:00:00:00:01\n");
        folder.Write("sys/class/net/lo/address", "00:00:00:00:00:00\n");
        var files = new Dictionary<string, (string Before, string After)>
        {
            ["etc/systemd/network/10-own.network"] = (
                "[Match]\nMACAddress=52:54:00:00:00:01\n[Network]\nAddress=10.1.0.1/24\nGateway=10.1.0.10\n",
                "[Match]\nMACAddress=52:54:00:00:00:02\n[Network]\nAddress=10.1.0.2/24\nGateway=10.1.0.10\n"
            ),
            ["run/systemd/network/10-netplan-eth0.network"] = (
                "[Match]\nPermanentMACAddress=52:54:00:00:00:01\nName=eth0\n[Network]\nAddress=10.1.0.1/24\n",
                "[Match]\nMACAddress=52:54:00:00:00:02\nName=eth0\n[Network]\nAddress=10.1.0.2/24\n"
            ),
            ["etc/netplan/50-cloud-init.yaml"] = (
                "  macaddress: 52:54:00:00:00:01\n  addresses: [ 10.1.0.1/24, 110.1.0.1/24, 10.1.0.11/24 ]\n",
                "  macaddress: 52:54:00:00:00:02\n  addresses: [ 10.1.0.2/24, 110.1.0.1/24, 10.1.0.11/24 ]\n"
            ),
            ["etc/network/interfaces.d/50-cloud-init"] = ("    address 10.1.0.1/24\n", "    address 10.1.0.2/24\n"),
            ["etc/network/interfaces"] = ("    hwaddress ether 52:54:00:00:00:01\n", "    hwaddress ether 52:54:00:00:00:02\n"),
            ["etc/NetworkManager/system-connections/cloud-init-eth0.nmconnection"] = (
                "[connection]\nid=a\ninterface-name=old\n\n[ethernet]\nmac-address=52:54:00:00:00:01\n\n[ipv4]\naddress1=10.1.0.1/24\n",
                "[connection]\ninterface-name=eth0\nid=a\n\n[ethernet]\n\n[ipv4]\naddress1=10.1.0.2/24\n"
            ),
            ["etc/sysconfig/network-scripts/ifcfg-eth0"] = (
                "DEVICE=eth0\nHWADDR=52:54:00:00:00:01\nIPADDR=10.1.0.1\n",
                "DEVICE=eth0\nIPADDR=10.1.0.2\n"
            ),
            ["etc/sysconfig/network/ifcfg-eth0"] = ("IPADDR='10.1.0.1/24'\n", "IPADDR='10.1.0.2/24'\n"),
        };
        foreach (var (file, (before, _)) in files)
            folder.Write(file, before);
        await RunAsync();
        foreach (var (file, (_, after)) in files)
            Assert.Equal((file, after), (file, await File.ReadAllTextAsync(Path.Combine(folder.Path, file), Cancel)));
    }

    [Fact]
    public async Task AreTakenByGuestsThatKeepNone()
    {
        folder.Write("sys/class/net/eth0/address", "52:54:00:00:00:01\n");
        await RunAsync();
    }

    /// <summary>A bridge, a bond and a VLAN over a card have its MAC, and the first two its address, too.</summary>
    [Fact]
    public async Task AreTakenByWhatTheCardBelongsTo()
    {
        var net = Path.Combine(folder.Path, "sys/class/net");
        folder.Write("sys/class/net/bonding_masters", "bond0\n");
        foreach (var device in (string[])["a.5", "bond0", "br0", "eth0"])
            folder.Write($"sys/class/net/{device}/address", "52:54:00:00:00:01\n");
        foreach (var (at, of) in new[] { ("a.5", "eth0"), ("bond0", "eth0"), ("br0", "bond0") })
            File.CreateSymbolicLink($"{net}/{at}/lower_{of}", $"{net}/{of}");
        foreach (var (at, of, kind) in new[] { ("eth0", "bond0", "bonding"), ("bond0", "br0", "bridge") })
        {
            File.CreateSymbolicLink($"{net}/{at}/master", $"../{of}");
            Directory.CreateDirectory($"{net}/{of}/{kind}");
        }

        Assert.Equal(
            string.Concat(
                ((string[])["eth0", "bond0", "br0"]).Select(d =>
                    $"link set dev {d} down\nlink set dev {d} address 52:54:00:00:00:02\naddress flush dev {d}\nlink set dev {d} up\n"
                )
            ) + "address add 10.1.0.2/24 broadcast + dev br0\n",
            await RunAsync()
        );
    }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The part of the script that is about files, as it is.</summary>
    async Task<string> RunAsync()
    {
        var script = NewIdentity.Script(
            MachineRecord.Nothing with
            {
                Name = "a",
                Nics = [new("n", "b", "52:54:00:00:00:01", IPAddress.Parse("10.1.0.1"), null)],
            },
            new("b", "f-b-1", "", "", [], [new("52:54:00:00:00:02", "eth0", IPAddress.Parse("10.1.0.2"))], []),
            DateTimeOffset.UnixEpoch
        );
        string[] begins = ["ip=; set --", "[ $# = 0 ]", "for n in /sys/", "for f; do", "ip=; nl=", "ip=\"$ip\"'address add"];
        var lines = script.Split('\n').Where(line => begins.Any(b => line.StartsWith(b, StringComparison.Ordinal))).ToList();
        Assert.Equal(begins.Length, lines.Count);
        var text = "set -e\n" + string.Join('\n', lines);
        foreach (var root in (string[])["/etc/", "/run/", "/sys/"])
            text = text.Replace(" " + root, $" {folder.Path}{root}", StringComparison.Ordinal);
        return await new Tool("sh", "-c", text + "\necho \"$ip\"").RunCheckedAsync("taking on an identity", Cancel);
    }
}
