namespace Croft.Machines.Tests;

public sealed class ManyCachedRuns
{
    [Fact]
    public async Task LeaveAsMuchAsOne()
    {
        Lab.OnlyWithAll();
        await using var lab = new Lab("soak");
        lab.Write(
            "farm.yaml",
            """
            farm: soak
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }
            project: { phases: phases }
            """
        );
        lab.Write("phases/init.sh", "echo 0 > /root/count\n");
        lab.Write("phases/main.sh", "echo $(($(cat /root/count) + 1)) > /root/count; cat /root/count\n");
        await lab.RunAsync("run");
        var first = (await lab.RunAsync("run"), Left: (await lab.LeftoversAsync()).Count).Left;
        for (var i = 0; i < Lab.Rounds(6); i++)
        {
            var run = await lab.RunAsync("run");
            Assert.Contains("restore init", run.Steps("a", "passed"));
            Assert.Equal("1\n", run.Log("a", "main"));
        }

        Assert.Equal(first, (await lab.LeftoversAsync()).Count);
    }
}
