using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Croft.Farms;
using Croft.Images;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Images;

/// <summary>Seeds that hold more than who the guest is.</summary>
public sealed class SeedsWithTheUsersOwn
{
    static readonly SeedContent Plain = SeedOfAGuest.Content;

    [Fact]
    public void HoldTheMachinesKeys()
    {
        var text = UserData(
            new()
            {
                Timezone = "Europe/Berlin",
                Locale = "de_DE.UTF-8",
                Keyboard = new("de", null, "nodeadkeys", null),
                Packages = ["curl", "tree"],
            }
        );
        Assert.Contains(
            "timezone: \"Europe/Berlin\"\nlocale: \"de_DE.UTF-8\"\nkeyboard:\n  layout: \"de\"\n  variant: \"nodeadkeys\"\n",
            text
        );
        Assert.Contains("package_update: true\npackages:\n  - \"curl\"\n  - \"tree\"\n", text);
        Assert.DoesNotContain("cloud_final_modules", text);
    }

    [Fact]
    public void GivePasswordsAsHashes()
    {
        var hash = Crypt.Sha512("secret", "salt");
        var text = Seed.Build(Plain with { Passwords = [("root", hash), ("guest", hash)] })["user-data"];
        Assert.Contains($"users:\n  - name: \"root\"\n    lock_passwd: false\n    hashed_passwd: \"{hash}\"\n  - name: \"guest\"\n", text);
        Assert.DoesNotContain("secret", text);
    }

    [Fact]
    public void HoldTheUsersPartBeforeCrofts()
    {
        const string Own = "#cloud-config\npackages: [ a ]\n";
        var text = UserData(new() { UserData = new("/x/user.yaml", Own) });
        Assert.StartsWith("Content-Type: multipart/mixed; boundary=\"==croft==\"\nMIME-Version: 1.0\n\n--==croft==\n", text);
        var parts = Regex.Matches(text, "filename=\"(.*)\"\n\n([A-Za-z0-9+/=\n]+)\n--");
        Assert.Equal(["user-data", "croft"], parts.Select(p => p.Groups[1].Value));
        Assert.Equal(Own, Decoded(parts[0]));
        Assert.Equal(Seed.Build(Plain)["user-data"], Decoded(parts[1]));
        Assert.Contains("Merge-Type: list(append)+dict(no_replace,recurse_array)+str()\n", text);

        static string Decoded(Match part) => Encoding.UTF8.GetString(Convert.FromBase64String(part.Groups[2].Value));
    }

    [Fact]
    public void NestAMimeTextOfTheUsers()
    {
        const string Own = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n#!/bin/sh\n--x--\n";
        Assert.Contains("--==croft==\n" + Own, UserData(new() { UserData = new("/x", Own) }));
    }

    [Fact]
    public void LayTheUsersNetworkOverCrofts()
    {
        var boot = new FirstBootSpec
        {
            NetworkConfig = new(
                "/x/net.yaml",
                "network:\n  version: 2\n  ethernets: { eth1: { addresses: [ 10.9.0.1/24 ] } }\n  vlans: { v5: { id: 5, link: eth0 } }\n"
            ),
        };
        var json = JsonNode.Parse(Seed.Build(Plain with { FirstBoot = boot })["network-config"])!;
        Assert.Equal(5, (int)json["vlans"]!["v5"]!["id"]!);
        Assert.Equal(["10.81.0.10/16", "10.9.0.1/24"], json["ethernets"]!["eth1"]!["addresses"]!.AsArray().Select(a => (string)a!));
        Assert.Equal("52:54:00:aa:00:02", (string)json["ethernets"]!["eth1"]!["match"]!["macaddress"]!);
    }

    /// <summary>A port has no address of its own: the machine would not be reached by it.</summary>
    [Fact]
    public void GiveABridgeOrABondTheAddressesOfItsPorts()
    {
        var json = Network(
            """
            version: 2
            bonds: { bond0: { interfaces: [ eth0, eth2 ], parameters: { mode: active-backup } } }
            bridges:
              br0: { interfaces: [ bond0 ], addresses: [ 10.9.0.1/24 ], parameters: { stp: no } }
              br1: { interfaces: [ eth1, other ], macaddress: "52:54:00:bb:00:01" }
              br2: { interfaces: [ other ] }
            ethernets: { other: { match: { name: "en*" }, dhcp4: true } }
            """
        );
        var bridge = json["bridges"]!["br0"]!;
        Assert.Equal(["10.80.0.10/24", "10.9.0.1/24"], bridge["addresses"]!.AsArray().Select(a => (string)a!));
        Assert.Equal("10.80.0.1", (string)bridge["routes"]![0]!["via"]!);
        Assert.Equal("10.80.0.1", (string)bridge["nameservers"]!["addresses"]![0]!);
        Assert.Equal("52:54:00:aa:00:01", (string)bridge["macaddress"]!);
        Assert.Equal("52:54:00:aa:00:01", (string)json["bonds"]!["bond0"]!["macaddress"]!);
        Assert.False((bool)bridge["parameters"]!["stp"]!); // as YAML 1.1 has it
        Assert.Equal("52:54:00:bb:00:01", (string)json["bridges"]!["br1"]!["macaddress"]!);
        Assert.Equal("10.81.0.10/16", (string)json["bridges"]!["br1"]!["addresses"]![0]!);
        Assert.Null(json["bridges"]!["br2"]!["dhcp4"]);
        foreach (var port in (JsonNode[])[json["ethernets"]!["eth0"]!, json["ethernets"]!["eth1"]!, json["bonds"]!["bond0"]!])
        {
            Assert.False((bool)port["dhcp4"]!);
            Assert.False((bool)port["accept-ra"]!);
            Assert.Null(port["addresses"]);
            Assert.Null(port["routes"]);
        }
    }

    /// <summary>cloud-init leaves devices out of what it writes for systemd-networkd.</summary>
    [Fact]
    public void MakeDevicesOfNetworkdInBuiltImages()
    {
        const string Own =
            "version: 2\nbridges: { br0: { interfaces: [ eth1 ], parameters: { stp: no, forward-delay: 0 } } }\nvlans: { v5: { id: 5, link: br0 } }\n";
        var boot = new FirstBootSpec { NetworkConfig = new("/x/net.yaml", Own) };
        Assert.DoesNotContain("[Bridge]", Seed.Build(Plain with { FirstBoot = boot, IsBuilt = false })["user-data"]);
        var text = Seed.Build(Plain with { FirstBoot = boot })["user-data"];
        Assert.Contains(
            "    Name=br0\n    Kind=bridge\n    MACAddress=52:54:00:aa:00:02\n    \n    [Bridge]\n    STP=false\n    ForwardDelaySec=0\n",
            text
        );
        Assert.Contains("    Kind=vlan\n    \n    [VLAN]\n    Id=5\n", text);
        Assert.Contains(">10-cloud-init-eth1.network.d/croft-br0.conf <<'END'\n    [Network]\n    Bridge=br0\n", text);
        Assert.Contains(">10-cloud-init-br0.network.d/croft-v5.conf <<'END'\n    [Network]\n    VLAN=v5\n", text);
        Assert.DoesNotContain("bootcmd:", Seed.Build(Plain)["user-data"]);
    }

    [Fact]
    public async Task HaveIfupdownSetRoutesWithoutNetTools()
    {
        using var folder = new TemporaryFolder();
        folder.Write("interfaces", "auto lo\n");
        var file = folder.Write(
            "interfaces.d/50-cloud-init",
            """
            iface eth0 inet static
                post-up route add default gw 10.80.0.1 || true
                pre-down route del default gw 10.80.0.1 || true
                post-up route add -A inet6 fd00::/8 gw fd01::1 || true
                post-up route add -net 10.50.0.0/16 gw 10.80.0.9 metric 5 || true

            """
        );
        var text = Seed.Build(Plain with { IsBuilt = false })["user-data"];
        var script = text[
            text.IndexOf("    command -v route", StringComparison.Ordinal)..text.IndexOf("growpart", StringComparison.Ordinal)
        ]
            .Replace("command -v route >/dev/null", "false", StringComparison.Ordinal)
            .Replace("/etc/network", folder.Path, StringComparison.Ordinal)
            .Replace("! command -v ifup >/dev/null", "true", StringComparison.Ordinal)
            .Replace("| sh", "| cat", StringComparison.Ordinal);
        Assert.Contains("|| true || ifup -a\n", script);
        string[] added =
        [
            "ip route add default via 10.80.0.1 || true",
            "ip route add fd00::/8 via fd01::1 || true",
            "ip route add 10.50.0.0/16 via 10.80.0.9 metric 5 || true",
        ];
        Assert.Equal(
            string.Concat(added.Select(line => line + "\n")),
            await new Tool("sh", "-c", script).RunCheckedAsync("setting routes", TestContext.Current.CancellationToken)
        );
        Assert.Contains(
            "    pre-down ip route del default via 10.80.0.1 || true\n",
            await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)
        );
    }

    static JsonNode Network(string own) =>
        JsonNode.Parse(Seed.Build(Plain with { FirstBoot = new() { NetworkConfig = new("/x/net.yaml", own) } })["network-config"])!;

    [Fact]
    public void AreConfigDrivesWhereAskedFor()
    {
        var files = Seed.Build(
            Plain with
            {
                FirstBoot = new() { IsConfigDrive = true, VendorData = new("/x", "#!/bin/sh\n") },
            }
        );
        var meta = JsonNode.Parse(files["openstack/latest/meta_data.json"])!;
        Assert.Equal("i-1", (string)meta["uuid"]!);
        Assert.Equal("db", (string)meta["hostname"]!);
        var network = JsonNode.Parse(files["openstack/latest/network_data.json"])!;
        Assert.Equal("52:54:00:aa:00:01", (string)network["links"]![0]!["ethernet_mac_address"]!);
        Assert.Equal("255.255.0.0", (string)network["networks"]![1]!["netmask"]!);
        Assert.Equal("10.80.0.1", (string)network["networks"]![0]!["routes"]![0]!["gateway"]!);
        Assert.Equal("ipv4_dhcp", (string)network["networks"]![2]!["type"]!);
        Assert.Equal("10.80.0.1", (string)network["services"]![0]!["address"]!);
        Assert.Equal(Seed.Build(Plain)["user-data"], files["openstack/latest/user_data"]);
        Assert.Equal("#!/bin/sh\n", (string)JsonNode.Parse(files["openstack/latest/vendor_data.json"])!["cloud-init"]!);
    }

    [Fact]
    public void TellATrimmedCloudInitToDoAll() =>
        Assert.Contains(
            "\ncloud_final_modules: [package_update_upgrade_install, ",
            Seed.Build(Plain with { IsTrimmed = true })["user-data"]
        );

    [Fact]
    public void WriteATrimmedGuestsKeyboardThemselves() =>
        Assert.Contains(
            "bootcmd:\n  - |\n    printf \"XKBMODEL=%s\\nXKBLAYOUT=%s\\nXKBVARIANT=%s\\nXKBOPTIONS=%s\\n\" \"pc105\" \"de\" \"\" \"\" >/etc/default/keyboard\n",
            Seed.Build(
                Plain with
                {
                    IsTrimmed = true,
                    FirstBoot = new() { Keyboard = new("de", null, null, null) },
                }
            )["user-data"]
        );

    static string UserData(FirstBootSpec boot) => Seed.Build(Plain with { FirstBoot = boot })["user-data"];
}
