using System.Xml.Linq;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>A machine that somebody clones, as virt-clone does, and renames: its record goes with both.</summary>
public sealed class MachinesOfTheUsersNames : IAsyncLifetime
{
    readonly Lab lab = new("virshname");

    string Domain => lab.Farm + ".a";

    string Clone => Domain + "-clone";

    public async ValueTask InitializeAsync()
    {
        lab.Write("farm.yaml", "farm: virshname\nvms: { list: [ { name: a, platform: debian_12, memory: 256MiB, wait: none } ] }\n");
        await lab.SucceedsAsync("up");
    }

    public async ValueTask DisposeAsync()
    {
        await new Tool("virsh", "-c", "qemu:///system", "undefine", Clone).RunAsync(CancellationToken.None);
        await lab.DisposeAsync();
    }

    [Fact]
    public async Task AreTheUsersOwnOrAreGivenBackTheirNames()
    {
        await lab.SucceedsAsync("down");
        var kept = await CloneAsync();
        Assert.DoesNotContain("superfluous\": true", await lab.SucceedsAsync("ls", "-o", "json"));
        Assert.DoesNotContain("older", (await lab.CroftAsync("plan")).Error);
        await lab.SucceedsAsync("gc", "--yes");
        Assert.Equal("off", await lab.StateAsync("a"));

        await Lab.VirshAsync("domrename", Domain, "mine." + Domain);
        foreach (
            var command in (string[][])
                [
                    ["up"],
                    ["start", "a"],
                    ["run"],
                    ["destroy", "--yes"],
                ]
        )
            await lab.RefusesAsync(3, [$"machine \"a\" was renamed \"mine.{Domain}\"", $"domrename mine.{Domain} {Domain}"], command);
        await lab.SucceedsAsync("gc", "--yes");
        await Lab.VirshAsync("domrename", "mine." + Domain, Domain);
        await lab.SucceedsAsync("up");

        var destroyed = await lab.CroftAsync("destroy", "--yes");
        Assert.Equal(0, destroyed.ExitCode);
        Assert.Contains($"{kept} on hypervisor \"local\" stays: {Clone}, which is not the farm's, uses it", destroyed.Error);
        await lab.SucceedsAsync("gc", "--yes");
        await Lab.VirshAsync("start", Clone);
        await Lab.VirshAsync("destroy", Clone);
        await Lab.VirshAsync("undefine", Clone);
        await lab.SucceedsAsync("up");
        await lab.SucceedsAsync("destroy", "--yes");
        Assert.DoesNotContain(Domain + ".", await Lab.VirshAsync("vol-list", "croft"));
    }

    /// <summary>Another name, uuid and MAC, and a copy of the disk beside it; all else stays. Returns the copy's volume.</summary>
    async Task<string> CloneAsync()
    {
        var xml = XElement.Parse(await Lab.VirshAsync("dumpxml", "--inactive", Domain));
        xml.Element("name")!.Value = Clone;
        xml.Element("uuid")!.Remove();
        foreach (var mac in xml.Descendants("mac").ToList())
            mac.Remove();
        var disk = xml.Descendants("disk").First().Element("source")!.Attribute("file")!;
        var copy = disk.Value.Replace(".qcow2", "-clone.qcow2", StringComparison.Ordinal);
        await Lab.VirshAsync("vol-clone", "--pool", "croft", Path.GetFileName(disk.Value), Path.GetFileName(copy));
        disk.Value = copy;
        lab.Write("clone.xml", xml.ToString());
        await Lab.VirshAsync("define", Path.Combine(lab.Folder, "clone.xml"));
        return Path.GetFileName(copy);
    }
}
