using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>A machine to which somebody adds devices by virsh, between Croft's snapshots of it.</summary>
public sealed class DevicesAddedByVirsh : IAsyncLifetime
{
    readonly Lab lab = new("virshdev");

    string Domain => lab.Farm + ".a";

    public async ValueTask InitializeAsync()
    {
        lab.Write("farm.yaml", "farm: virshdev\nvms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }\n");
        await lab.SucceedsAsync("up");
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task AreNamedBeforeAnythingIsTouchedAndStandInNoOnesWay()
    {
        await lab.SucceedsAsync("snapshot", "create", "before");
        var file = Path.Combine(lab.Folder, "own.img");
        await new Tool("truncate", "-s", "1M", file).RunCheckedAsync("making a file", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(lab.Folder, (UnixFileMode)0b111_101_101);
        await Lab.VirshAsync("attach-disk", Domain, file, "vdx", "--live", "--config");
        foreach (
            var more in (string[][])
                [
                    [],
                    ["--offline"],
                    ["--disk"],
                ]
        )
            await lab.RefusesAsync(
                2,
                ["machine \"a\" has a device vdx", file, $"virsh detach-disk {Domain} vdx"],
                ["snapshot", "create", "with", .. more]
            );
        Assert.Equal("running", await lab.StateAsync("a"));

        await lab.SucceedsAsync("snapshot", "restore", "before", "--yes");
        Assert.Equal("running", await lab.StateAsync("a"));
        Assert.Contains("vdx", await Lab.VirshAsync("domblklist", Domain, "--inactive"));

        await Lab.VirshAsync("detach-disk", Domain, "vdx", "--config");
        await Lab.VirshAsync("attach-disk", Domain, "", "sda", "--type", "cdrom", "--targetbus", "sata", "--config");
        await lab.SucceedsAsync("snapshot", "create", "empty");
        await lab.SucceedsAsync("snapshot", "create", "off", "--offline");
        Assert.Contains("sda", await Lab.VirshAsync("domblklist", Domain));
        await lab.SucceedsAsync("snapshot", "create", "drive");
        await lab.SucceedsAsync("snapshot", "restore", "drive", "--yes");
    }
}
