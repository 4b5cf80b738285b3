using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Croft.Farms;
using Croft.Images;

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
                "network:\n  version: 2\n  ethernets: { eth1: { addresses: [ 10.9.0.1/24 ] } }\n  vlans: { v5: { id: 5, link: nic0 } }\n"
            ),
        };
        var json = JsonNode.Parse(Seed.Build(Plain with { FirstBoot = boot })["network-config"])!;
        Assert.Equal(5, (int)json["vlans"]!["v5"]!["id"]!);
        Assert.Equal(["10.81.0.10/16", "10.9.0.1/24"], json["ethernets"]!["nic1"]!["addresses"]!.AsArray().Select(a => (string)a!));
        Assert.Equal("52:54:00:aa:00:02", (string)json["ethernets"]!["nic1"]!["match"]!["macaddress"]!);
    }

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
            "bootcmd:\n  - [sh, -c, 'printf \"XKBMODEL=%s\\nXKBLAYOUT=%s\\nXKBVARIANT=%s\\nXKBOPTIONS=%s\\n\" \"pc105\" \"de\" \"\" \"\" >/etc/default/keyboard']\n",
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
