using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Croft.Libvirt.Tests;
using Croft.Tests.Images;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>The disks hold the smallest guest there is, which says "ready" on its serial port.</summary>
public sealed class ADiskImageOfOnesOwn : IAsyncLifetime
{
    readonly Lab lab = new("owndisk");
    readonly FileServer server = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        server.Dispose();
        await lab.CroftAsync("destroy", "--yes");
        await lab.CroftAsync("image", "remove", "owned", "fetched", "--yes");
        await lab.DisposeAsync();
    }

    [Fact]
    public async Task IsCheckedBootedAndFetchedOnce()
    {
        var disk = BootSector.Image();
        File.WriteAllBytes(Path.Combine(lab.Folder, "disk.img"), disk);
        var sum = Sum(disk);
        disk[^1] = 1; // another image to the store
        server.Files["/disk.img"] = disk;

        Write(sum, new string('0', 64));
        Assert.Contains(
            $"expected sha256:{new string('0', 64)}, got sha256:{Sum(disk)}",
            (await lab.MustAsync(3, "up")).Error,
            StringComparison.Ordinal
        );
        Write(sum, Sum(disk));
        await lab.MustAsync(0, "up");
        foreach (var machine in (string[])["owned-amd64", "fetched-amd64"])
            Assert.Equal("ready\r\n", await SaidAsync(machine));

        var requests = server.Count("/disk.img");
        await lab.MustAsync(0, "destroy", "--yes");
        await lab.MustAsync(0, "up");
        Assert.Equal("ready\r\n", await SaidAsync("fetched-amd64"));
        Assert.Equal(requests, server.Count("/disk.img"));
        await AreFoundWhenNobodyUsesThemAsync();
    }

    /// <summary>Debian 13's own boot loader draws its menu, and stands still for ever where it cannot.</summary>
    [Fact]
    public async Task FindsAVgaBios()
    {
        File.WriteAllBytes(Path.Combine(lab.Folder, "disk.img"), BootSector.LooksForAVga());
        lab.Write(
            "farm.yaml",
            """
            farm: owndisk
            platforms: { drawn: { image: { file: disk.img }, memory: 64MiB, virt_domain: qemu, wait: none } }
            vms: { permutations: { platforms: [ drawn ], targets: [ amd64 ] } }
            """
        );
        await lab.MustAsync(0, "up");
        Assert.Equal("vga\r\n", await SaidAsync("drawn-amd64"));
    }

    /// <summary>With an empty disk, with hardly any, and beside a disk that would boot, too.</summary>
    [Fact]
    public async Task MayBeACdInTheDrive()
    {
        Directory.CreateDirectory(Path.Combine(lab.Folder, "cd"));
        File.WriteAllBytes(Path.Combine(lab.Folder, "cd/boot.bin"), BootSector.Image()[..2048]);
        File.WriteAllBytes(Path.Combine(lab.Folder, "disk.img"), BootSector.LooksForAVga());
        await new Tool(
            "xorriso",
            ["-as", "mkisofs", "-quiet", "-o", "live.iso", "-b", "boot.bin", "-no-emul-boot", "-boot-load-size", "4", "cd"]
        )
        {
            Directory = lab.Folder,
        }.RunCheckedAsync("making a CD", TestContext.Current.CancellationToken);
        lab.Write(
            "farm.yaml",
            """
            farm: owndisk
            platforms:
              live: { cdrom: live.iso, memory: 64MiB, virt_domain: qemu }
              installer: { cdrom: live.iso, disk: 1GiB, memory: 64MiB, virt_domain: qemu }
              rescue: { image: { file: disk.img }, cdrom: live.iso, memory: 64MiB, virt_domain: qemu, wait: none }
            vms: { permutations: { platforms: [ live, installer, rescue ], targets: [ amd64 ] } }
            """
        );
        await lab.MustAsync(0, "up");
        foreach (var machine in (string[])["live-amd64", "installer-amd64", "rescue-amd64"])
            Assert.Equal("ready\r\n", await SaidAsync(machine));
        // A CD of which a machine knows is not taken away from it.
        var id = JsonNode
            .Parse((await lab.MustAsync(0, "image", "list", "-o", "json")).Output)!
            .AsArray()
            .Single(i => i!["platforms"]!.AsArray().Any(p => (string?)p == "live.cdrom"))!["id"]!;
        Assert.Contains("it stays until they are destroyed", (await lab.MustAsync(0, "image", "remove", $"{id}", "--yes")).Error);
    }

    /// <summary>They are not removed so: that would be for all images of this user.</summary>
    async Task AreFoundWhenNobodyUsesThemAsync()
    {
        var ids = JsonNode
            .Parse((await lab.MustAsync(0, "image", "list", "-o", "json")).Output)!
            .AsArray()
            .Where(i => (string?)i!["name"] is "owned" or "fetched")
            .Select(i => (string)i!["id"]!)
            .ToList();
        Assert.Equal(2, ids.Count);
        Assert.All(ids, id => File.SetLastWriteTimeUtc(Path.Combine(Lab.Cache, "croft/images", id, "image.json"), DateTime.UnixEpoch));
        var declared = (await lab.CroftAsync("image", "gc", "-o", "json")).Output;
        Assert.All(ids, id => Assert.DoesNotContain(id, declared, StringComparison.Ordinal));
        lab.Write("farm.yaml", "farm: owndisk\nvms: { list: [ { name: a, platform: debian_12 } ] }");
        var found = (await lab.MustAsync(2, "image", "gc", "-o", "json")).Output; // nobody can be asked
        Assert.All(ids, id => Assert.Contains(id, found, StringComparison.Ordinal));
    }

    void Write(string owned, string fetched) =>
        lab.Write(
            "farm.yaml",
            $$"""
            farm: owndisk
            platforms:
              owned: { image: { file: disk.img, sha256: {{owned}} }, memory: 64MiB, virt_domain: qemu, wait: none }
              fetched: { image: { url: "{{server.Url("/disk.img")}}", sha256: {{fetched}} }, memory: 64MiB, virt_domain: qemu, wait: none }
            vms: { permutations: { platforms: [ owned, fetched ], targets: [ amd64 ] } }
            """
        );

    static string Sum(byte[] disk) => Convert.ToHexStringLower(SHA256.HashData(disk));

    Task<string?> SaidAsync(string machine) =>
        Poll.UntilAsync(
            async () => (await lab.MustAsync(0, "console", machine, "--log")).Output is { Length: > 0 } said ? said : null,
            TimeSpan.FromMilliseconds(200),
            TimeSpan.FromMinutes(2),
            TestContext.Current.CancellationToken
        );
}
