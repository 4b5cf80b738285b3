using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Croft.Machines.Tests;

/// <summary>An ordinary user's pool with too little space, more and more of it, then enough.</summary>
public sealed class AFullPool(OrdinaryUser user) : IClassFixture<OrdinaryUser>
{
    static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task IsNamedWhereverItIsMetAndWithSpaceTheNextRunWorks()
    {
        var farm = await user.FarmAsync(
            "full",
            """
            farm: full
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }
            project: { phases: phases }
            """,
            ("phases/main.sh", "dd if=/dev/zero of=/root/big bs=1M count=700; sync\n")
        );

        var image = await ImageMebibytesAsync(farm);

        await user.LimitPoolAsync(image - 10);
        AssertFull((await user.CroftAsync(farm, 3, "run")).Error);
        Assert.Empty(user.Volumes);

        await user.LimitPoolAsync(image + 20);
        var run = await user.RunAsync(farm, exitCode: 3);
        AssertFull(run.Reason("a", "create clean"));
        Assert.DoesNotContain(user.Volumes, volume => volume.EndsWith(".mem", StringComparison.Ordinal));

        await user.LimitPoolAsync(image + 500);
        var clock = Stopwatch.StartNew();
        run = await user.RunAsync(farm, exitCode: 3);
        AssertFull(run.Reason("a", "main"));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Bound);
        Assert.Contains("shutdown", run.Steps("a", "passed"));

        await user.LimitPoolAsync(image + 2000);
        Assert.Contains("main", (await user.RunAsync(farm)).Steps("a", "passed"));
        await user.CroftAsync(farm, 0, "destroy", "--yes");
        Assert.Empty(await user.LeftoversAsync("full"));
    }

    async Task<int> ImageMebibytesAsync(string farm)
    {
        var id = (string)JsonNode.Parse((await user.CroftAsync(farm, 0, "image", "pull", "-o", "json")).Output)![0]!["id"]!;
        var images = JsonNode.Parse((await user.CroftAsync(farm, 0, "image", "list", "-o", "json")).Output)!.AsArray();
        return (int)((long)images.Single(image => (string?)image!["id"] == id)!["bytes"]! >> 20);
    }

    static void AssertFull(string reason)
    {
        Assert.Contains("No space left", reason);
        Assert.Contains("make space in the pool", reason);
    }
}
