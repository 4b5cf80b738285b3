using System.Text.Json.Nodes;

namespace Croft.Machines.Tests;

public sealed class APoolFromOneLine : IAsyncLifetime
{
    readonly Lab lab = new("spool");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task IsAlwaysFreshAndForgetsWhatItThrowsAway()
    {
        Assert.Equal(
            $"{lab.Farm}01 Debian GNU/Linux 12 (bookworm), {lab.Farm}02 Debian GNU/Linux 12 (bookworm)",
            (await SpawnAsync(0, "1-2:d12")).Output.Split('\n')[^2]
        );
        Assert.Equal([$"{lab.Farm}01 debian_12 running", $"{lab.Farm}02 debian_12 running"], await MachinesAsync());
        await lab.MustAsync(0, "exec", "-f", lab.Farm, "--", "echo mine > /root/kept");

        await SpawnAsync(2, $"{lab.Farm}2:debian_12");
        await SpawnAsync(0, $"{lab.Farm}2:debian_12", "--yes");
        Assert.Equal("mine\n", (await lab.MustAsync(0, "ssh", $"{lab.Farm}01", "--", "cat /root/kept")).Output);
        await lab.MustAsync(1, "ssh", $"{lab.Farm}02", "--", "test -e /root/kept");

        // Those that are there stay as they are: one that runs, one that is off, whatever platform they would get now.
        await lab.MustAsync(0, "down", "-f", lab.Farm, $"{lab.Farm}02");
        var kept = await SpawnAsync(0, "1-2:d13", "4:d12", "--missing");
        Assert.Contains("3 of 3 machines", kept.Error);
        Assert.Contains($"{lab.Farm}01 is kept: it is debian_12, not debian_13.", kept.Error);
        Assert.Equal("mine\n", (await lab.MustAsync(0, "ssh", $"{lab.Farm}01", "--", "cat /root/kept")).Output);
        Assert.Equal(
            [$"{lab.Farm}01 debian_12 running", $"{lab.Farm}02 debian_12 running", $"{lab.Farm}04 debian_12 running"],
            await MachinesAsync()
        );
        await SpawnAsync(0, "4:d12", "--yes", "--rm", "--", "true");

        Assert.Equal(
            $"{lab.Farm}003: {lab.Farm}003\n",
            (await SpawnAsync(4, "3:d12", "--width", "3", "--rm", "--", "hostname; exit 4")).Output
        );
        Assert.Equal([$"{lab.Farm}01 debian_12 running", $"{lab.Farm}02 debian_12 running"], await MachinesAsync());
        Assert.Equal(
            2,
            JsonNode.Parse((await lab.MustAsync(0, "plan", "-f", lab.Farm, "-o", "json")).Output)!["machines"]!.AsArray().Count
        );

        await SpawnAsync(0, "1-2:d12", "--yes", "--rm", "--", "true");
        Assert.False(Directory.Exists(Path.Combine(lab.Folder, "data/croft/pools", lab.Farm)));
        Assert.Empty(await lab.LeftoversAsync());
    }

    [Fact]
    public async Task MayBeginWithAnImageOfAMachine()
    {
        await SpawnAsync(0, "1:d12");
        await lab.MustAsync(0, "exec", "-f", lab.Farm, "--", "echo mine > /root/kept");
        await lab.MustAsync(0, "image", "create", lab.Farm, "--from", $"{lab.Farm}01");
        Assert.Contains("there is an image", (await lab.MustAsync(2, "image", "create", lab.Farm, "--from", $"{lab.Farm}01")).Error);
        await SpawnAsync(0, $"2:{lab.Farm}");
        const string own = "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub";
        Assert.Equal($"mine\n{lab.Farm}02\n", (await lab.MustAsync(0, "ssh", $"{lab.Farm}02", "--", "cat /root/kept; hostname")).Output);
        Assert.NotEqual(
            (await lab.MustAsync(0, "ssh", $"{lab.Farm}01", "--", own)).Output,
            (await lab.MustAsync(0, "ssh", $"{lab.Farm}02", "--", own)).Output
        );
        await lab.MustAsync(0, "destroy", "-f", lab.Farm, "--yes");
        await lab.MustAsync(0, "image", "remove", lab.Farm, "--yes");
    }

    Task<Tools.ToolResult> SpawnAsync(int exitCode, params string[] words) =>
        lab.MustAsync(exitCode, ["spawn", "--stem", lab.Farm, .. words]);

    async Task<IEnumerable<string>> MachinesAsync() =>
        JsonNode
            .Parse((await lab.MustAsync(0, "ls", "-f", lab.Farm, "-o", "json")).Output)!
            .AsArray()
            .Select(m => $"{m!["name"]} {m["platform"]} {m["state"]}");
}
