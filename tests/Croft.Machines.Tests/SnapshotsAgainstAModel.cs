using System.Text.Json.Nodes;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>
/// Long random lives of one machine: what a snapshot held when it was taken is what is found when it is restored, whatever happened in
/// between.
/// </summary>
public sealed class SnapshotsAgainstAModel : IAsyncLifetime
{
    const int Seed = 20261120;

    static readonly string[] Kinds = ["--memory", "--disk", "--offline"];

    readonly Lab lab = new("snapmodel");
    readonly Random random = new(Seed);
    readonly SortedDictionary<string, string> model = new(StringComparer.Ordinal);
    readonly List<string> history = [];
    string now = "start";
    int count;

    public async ValueTask InitializeAsync()
    {
        Lab.OnlyWithAll();
        lab.Write("farm.yaml", "farm: snapmodel\nvms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }\n");
        await lab.SucceedsAsync("up");
        await WriteAsync();
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task HoldWhatTheyHeldAfterAnySequence()
    {
        for (var i = 0; i < Lab.Rounds(15); i++)
            await StepAsync();
        await AllHoldAsync();
    }

    [Fact]
    public async Task AreOldOrNewAfterAKill()
    {
        for (var i = 0; i < 4; i++)
            await StepAsync();
        for (var i = 0; i < Lab.Rounds(5); i++)
        {
            var name = $"k{i}";
            string[] victim = (i % 4) switch
            {
                0 => ["create", name, "--memory"],
                1 => ["create", name, "--disk"],
                2 when model.Count > 0 => ["delete", Any(), "--yes"],
                _ when model.Count > 0 => ["restore", Any(), "--yes"],
                _ => ["create", name],
            };
            history.Add("kill " + string.Join(' ', victim));
            using (var croft = RunningCroft.Start(lab, ["snapshot", .. victim]))
            {
                await Poll.DelayAsync(TimeSpan.FromMilliseconds(250 + random.Next(600)), TestContext.Current.CancellationToken);
                await croft.SignalAsync("KILL");
                await croft.EndAsync(TimeSpan.FromMinutes(1));
            }

            if (victim[0] == "create")
                model[victim[1]] = now;
            var listed = await ListAsync();
            foreach (var gone in model.Keys.Except(listed).ToList())
                model.Remove(gone);
            Assert.Equal(listed, model.Keys);
            // Where it stands after a killed restore is either state; the next command goes on from there.
            await lab.SucceedsAsync("up");
            now = await ReadAsync();
            await StepAsync();
        }

        await AllHoldAsync();
    }

    async Task StepAsync()
    {
        var what = random.Next(10);
        if (what < 4 || model.Count == 0)
        {
            await WriteAsync();
            var (name, kind) = ($"s{count}", Kinds[random.Next(Kinds.Length)]);
            await DoAsync("create", name, kind);
            model[name] = now;
        }
        else if (what < 7)
        {
            await RestoreAsync(Any());
        }
        else if (what < 9)
        {
            var name = Any();
            await DoAsync("delete", name, "--yes");
            model.Remove(name);
        }
        else
        {
            await WriteAsync();
            var name = Any();
            history.Add("commit " + name);
            var result = await lab.CroftAsync("snapshot", "commit", name, "--yes");
            Assert.True(result.ExitCode is 0 or 2, Story(result.Error)); // 2: something else stands on it
            if (result.ExitCode == 0)
                model[name] = now;
        }

        Assert.True(now == await ReadAsync(), Story($"the machine holds {await ReadAsync()}, not {now}"));
    }

    async Task AllHoldAsync()
    {
        Assert.Equal(await ListAsync(), model.Keys);
        foreach (var name in model.Keys.ToList())
            await RestoreAsync(name);
        foreach (var name in model.Keys.ToList())
            await DoAsync("delete", name, "--yes");
        await lab.SucceedsAsync("down");
        await lab.SucceedsAsync("snapshot", "create", "last");
        await lab.SucceedsAsync("snapshot", "delete", "last", "--yes");
        Assert.Single(await lab.LeftoversAsync(), left => left.Contains(".root.", StringComparison.Ordinal));
    }

    async Task RestoreAsync(string name)
    {
        await DoAsync("restore", name, "--yes");
        now = model[name];
        if (await lab.StateAsync("a") != "running")
            await lab.SucceedsAsync("up");
        Assert.True(now == await ReadAsync(), Story($"{name} holds {await ReadAsync()}, not {now}"));
    }

    async Task WriteAsync()
    {
        now = $"state {count++}";
        await lab.SucceedsAsync("ssh", "a", "--", $"echo {now} > /root/state; sync");
    }

    async Task<string> ReadAsync() => (await lab.SucceedsAsync("ssh", "a", "--", "cat /root/state")).Trim();

    async Task DoAsync(params string[] command)
    {
        history.Add(string.Join(' ', command));
        var result = await lab.CroftAsync(["snapshot", .. command]);
        Assert.True(result.ExitCode == 0, Story(result.Error));
    }

    async Task<IEnumerable<string>> ListAsync() =>
        JsonNode
            .Parse(await lab.SucceedsAsync("snapshot", "list", "-o", "json"))!
            .AsArray()
            .Select(s => (string)s!["name"]!)
            .Order(StringComparer.Ordinal);

    string Any() => model.Keys.ElementAt(random.Next(model.Count));

    string Story(string end) => $"seed {Seed}: {string.Join("; ", history)}: {end}";
}
