using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Croft.Farms;
using Croft.Images;
using Croft.Tools;

namespace Croft.Tests.Images;

/// <summary>Seeds for those who read neither cloud-init's language nor Ignition's.</summary>
public sealed class SeedsOfOtherLanguages
{
    const string Ns = "{urn:schemas-microsoft-com:unattend}";

    static readonly SeedContent Plain = SeedOfAGuest.Content;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OfCombustionAreAScriptThatAShellReads()
    {
        var hash = Crypt.Sha512("secret", "salt");
        var script = Assert
            .Single(
                Seed.Build(
                    Plain with
                    {
                        User = "geeko",
                        PasswordHash = hash,
                        SshPort = 2222,
                        HasWaiter = true,
                        Passwords = [("root", hash)],
                        Disks = [new("data", "ext4", "/srv/it"), new("swap0", "swap")],
                        FirstBoot = new(FirstBoot.Combustion)
                        {
                            Timezone = "Europe/Berlin",
                            Locale = "de_DE.UTF-8",
                            Keyboard = new("de", null, null, null),
                            Combustion = new("/x/mine", "#!/bin/sh\necho 'it''s mine'\n"),
                        },
                    }
                )
            )
            .Value;
        Assert.StartsWith("#!/bin/bash\nset -e\n", script);
        Assert.EndsWith("\n>/var/lib/croft/combustion # it has ended\n", script);
        Assert.Contains("useradd -m geeko", script);
        Assert.Contains("mkswap /dev/disk/by-id/virtio-swap0", script);
        Assert.DoesNotContain("secret", script);
        var judged = await new Tool("bash", "-nc", script).RunAsync(Cancel);
        Assert.Equal((0, ""), (judged.ExitCode, judged.Error));
    }

    [Fact]
    public void OfCloudbaseInitAreAConfigDriveWithoutSecrets()
    {
        var files = Seed.Build(Plain with { FirstBoot = new(FirstBoot.CloudbaseInit) { Timezone = "Europe/Berlin" } });
        Assert.Equal(
            ["openstack/latest/meta_data.json", "openstack/latest/network_data.json", "openstack/latest/user_data"],
            files.Keys.Order(StringComparer.Ordinal)
        );
        Assert.Equal("#cloud-config\nset_timezone: Europe/Berlin\n", files["openstack/latest/user_data"]);
        Assert.Equal(Plain.Hostname, (string?)JsonNode.Parse(files["openstack/latest/meta_data.json"])!["hostname"]);
        Assert.DoesNotContain("PRIVATE KEY", string.Concat(files.Values));
        const string Own = "#ps1_sysnative\nWrite-Output mine\n";
        files = Seed.Build(Plain with { FirstBoot = new(FirstBoot.CloudbaseInit) { UserData = new("/x/mine.ps1", Own) } });
        Assert.Equal(Own, files["openstack/latest/user_data"]);
    }

    [Theory]
    [InlineData(Firmware.Bios, "amd64", "x86_64", 1)]
    [InlineData(Firmware.Uefi, "arm64", "aarch64", 3)]
    public void OfWindowsSetupAreItsThreePasses(Firmware firmware, string cpu, string arch, int partitions)
    {
        var files = Seed.Build(
            Plain with
            {
                Hostname = "a-name-longer-than-windows-takes",
                User = "admin",
                Hardware = (arch, firmware),
                FirstBoot = new(FirstBoot.Unattend) { Locale = "de_DE.UTF-8" },
                Nics =
                [
                    new(
                        "52:54:00:00:00:0a",
                        "eth0",
                        IPAddress.Parse("10.1.2.3"),
                        24,
                        IPAddress.Parse("10.1.2.1"),
                        [IPAddress.Parse("10.1.2.1")],
                        "f"
                    ),
                ],
            }
        );
        Assert.Equal(["Autounattend.xml", "Unattend.xml"], files.Keys.Order(StringComparer.Ordinal));
        var root = XElement.Parse(files["Autounattend.xml"]);
        Assert.Equal(Ns + "unattend", root.Name);
        Assert.Equal(["windowsPE", "specialize", "oobeSystem"], root.Elements(Ns + "settings").Select(s => (string?)s.Attribute("pass")));
        var components = root.Descendants(Ns + "component").ToList();
        Assert.All(components, c =>
            Assert.Equal((cpu, "31bf3856ad364e35"), ((string?)c.Attribute("processorArchitecture"), (string?)c.Attribute("publicKeyToken")))
        );
        Assert.Equal("a-name-longer-t", Text("ComputerName"));
        Assert.Equal("de-DE", Text("UserLocale"));
        Assert.Equal(partitions, root.Descendants(Ns + "CreatePartition").Count());
        Assert.Equal($"{partitions}", root.Descendants(Ns + "InstallTo").Single().Element(Ns + "PartitionID")!.Value);
        Assert.Equal(["52-54-00-00-00-0A", "1", "52-54-00-00-00-0A"], root.Descendants(Ns + "Identifier").Select(e => e.Value));
        Assert.Equal("10.1.2.3/24", root.Descendants(Ns + "UnicastIpAddresses").Single().Value);
        Assert.DoesNotContain("assword", files["Unattend.xml"]);

        string Text(string name) => root.Descendants(Ns + name).First().Value;
    }

    [Fact]
    public void HaveTheWaitingScriptWhereAForkHasNoAgent()
    {
        Assert.DoesNotContain("croft-wait", Seed.Build(Plain)["user-data"]);
        var text = Seed.Build(Plain with { HasWaiter = true })["user-data"];
        Assert.Contains("  - path: \"/etc/croft-wait\"\n", text);
        Assert.Contains("runcmd:\n  - [sh, /etc/croft-wait, install]\n", text);
    }
}
