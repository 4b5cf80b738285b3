using System.Text.Json.Nodes;
using Croft.Tools;

namespace Croft.Machines.Tests;

[Collection(nameof(ThreeHosts))]
public sealed class HostsThatGoAway(ThreeHosts hosts)
{
    static readonly string[] Names = ["l-1", "l-2", "l-3", "l-4", "l-5", "l-6"];

    [Fact]
    public Task LeaveNothingUndoneWhenTheyFreeze() => LoseDuringUpAsync("ssh", "freeze");

    [Theory]
    [InlineData("tls", "cut")]
    [InlineData("ssh", "cut")]
    [InlineData("ssh", "kill")]
    public Task LeaveNothingUndone(string host, string how)
    {
        Lab.OnlyWithAll();
        return LoseDuringUpAsync(host, how);
    }

    /// <summary>
    /// What a machine of a run holds the next run would revert, so that it may be made elsewhere; one that has a snapshot of the user's may
    /// not.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HaveCachedMachinesRunElsewhereUnlessTheyHoldASnapshot(bool holds)
    {
        Lab.OnlyWithAll();
        hosts.SkipWhereMissing();
        var farm = holds ? "lostkept" : "lostrun";
        var lab = hosts.FarmLab(farm);
        lab.Write(
            "farm.yaml",
            $"farm: {farm}\n"
                + hosts.Hypervisors
                + "vms: { list: [ { name: r, platform: debian_12, memory: 256MiB, count: 3 } ] }\nproject: { phases: phases }\n"
        );
        lab.Write("phases/init.sh", "hostname > /root/made\n");
        lab.Write("phases/main.sh", "cat /root/made\n");
        await lab.RunAsync("run");
        if (holds)
            await lab.SucceedsAsync("snapshot", "create", "mine", "r-3", "--disk");
        using (var run = RunningCroft.Start(lab, "run"))
        {
            await run.ReachAsync("restore init", machines: 3);
            await ThreeHosts.LoseAsync("ssh", "freeze");
            try
            {
                var (exitCode, messages, _) = await run.EndAsync(TimeSpan.FromMinutes(2));
                Assert.True(exitCode == (holds ? 3 : 0), messages);
                var junit = System
                    .Xml.Linq.XDocument.Load(
                        Directory.EnumerateFiles(Path.Combine(lab.Folder, ".croft/runs"), "junit.xml", SearchOption.AllDirectories).Single()
                    )
                    .Root!;
                Assert.Equal(("0", holds), ((string?)junit.Attribute("failures"), (int)junit.Attribute("errors")! > 0));
                Assert.Equal(
                    holds,
                    junit
                        .Descendants("error")
                        .Any(e => ((string?)e.Attribute("message") ?? "").Contains("hypervisor \"ssh\"", StringComparison.Ordinal))
                );
            }
            finally
            {
                await hosts.ReturnAsync("ssh", "freeze");
            }
        }

        Assert.Equal(holds ? 0 : 1, (await ListAsync(lab)).Count(m => (bool)m!["superfluous"]!));
        await lab.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await hosts.LeftoversAsync(lab.Farm));
    }

    /// <summary>Two of six machines have begun to run on the host when it goes away; at the end all six run on the others.</summary>
    async Task LoseDuringUpAsync(string host, string how)
    {
        hosts.SkipWhereMissing();
        var lab = hosts.FarmLab("lost");
        lab.Write(
            "farm.yaml",
            "farm: lost\n"
                + hosts.Hypervisors.Replace(" }", ", connection_timeout: 4s }", StringComparison.Ordinal)
                + "vms: { list: [ { name: l, platform: debian_12, memory: 256MiB, count: 6 } ] }\n"
        );
        using (var up = RunningCroft.Start(lab, "up"))
        {
            await up.ReachAsync("startup", machines: 6);
            await Poll.UntilAsync(
                async () => (await hosts.RunningAsync(host)).Any(m => m.StartsWith(lab.Farm + ".", StringComparison.Ordinal)) ? "" : null,
                TimeSpan.FromMilliseconds(50),
                TimeSpan.FromMinutes(1),
                TestContext.Current.CancellationToken
            );
            await ThreeHosts.LoseAsync(host, how);
            try
            {
                var (exitCode, messages, _) = await up.EndAsync(TimeSpan.FromMinutes(2));
                Assert.True(exitCode == 0, messages);
                Assert.Contains(lab.Journal(), line =>
                    line.Contains($"hypervisor \\\"{host}\\\" went away; placed again on ", StringComparison.Ordinal)
                );
                var others = await ListAsync(lab);
                Assert.Equal(Names, others.Select(m => (string)m!["name"]!));
                Assert.All(others, m => Assert.Equal("running", (string?)m!["state"]));
                Assert.DoesNotContain(others, m => (string?)m!["hypervisor"] == host);
            }
            finally
            {
                await hosts.ReturnAsync(host, how);
            }
        }

        var all = await ListAsync(lab);
        var superfluous = all.Where(m => (bool)m!["superfluous"]!).ToList();
        Assert.NotEmpty(superfluous);
        Assert.All(superfluous, m => Assert.Equal(host, (string?)m!["hypervisor"]));
        Assert.Equal(Names, all.Except(superfluous).Select(m => (string)m!["name"]!));
        var name = (string)superfluous[0]!["name"]!;
        Assert.Contains($"an older one of that name on \"{host}\": croft gc removes the older one", (await lab.MustAsync(0, "plan")).Error);
        Assert.Equal(name + "\n", await lab.SucceedsAsync("ssh", name, "--", "hostname"));
        await lab.RefusesAsync(2, [$"Removing {Amount.Of(superfluous.Count, "leftover")}, ", "--yes confirms it"], "gc");
        await lab.SucceedsAsync("gc", "--yes");
        Assert.Equal(6, (await ListAsync(lab)).Count);
        Assert.Equal("[]\n", await lab.SucceedsAsync("gc", "-o", "json"));
        await lab.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await hosts.LeftoversAsync(lab.Farm));
        if (how == "kill")
            await hosts.Lab.MustAsync(0, "up");
    }

    static async Task<JsonArray> ListAsync(Lab lab) => JsonNode.Parse(await lab.SucceedsAsync("ls", "-o", "json"))!.AsArray();
}
