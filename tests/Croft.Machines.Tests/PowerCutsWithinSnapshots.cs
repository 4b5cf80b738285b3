using System.Text.Json.Nodes;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>
/// Croft and the guest's QEMU are killed at one moment within a snapshot command, as a power cut would: then either the old state is there
/// or the new one.
/// </summary>
public sealed class PowerCutsWithinSnapshots : IAsyncLifetime
{
    string Domain => lab.Farm + ".a";
    const int Seed = 20261121;

    readonly Lab lab = new("powercut");
    readonly Random random = new(Seed);
    readonly SortedDictionary<string, string> model = new(StringComparer.Ordinal);
    readonly List<string> history = [];
    string now = "";
    int count;

    public async ValueTask InitializeAsync()
    {
        lab.Write("farm.yaml", "farm: powercut\nvms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }\n");
        await lab.SucceedsAsync("up");
        await KeepAsync("base", "--disk");
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task LeaveTheOldStateOrTheNewOne() => await CutAsync(300, "restore", "base", "--yes");

    [Fact]
    public async Task LeaveTheOldStateOrTheNewOneAtAnyMoment()
    {
        Lab.OnlyWithAll();
        for (var i = 0; i < Lab.Rounds(5); i++)
        {
            await KeepAsync($"k{i}", i % 3 == 0 ? "--disk" : "--memory");
            string[] command = (i % 5) switch
            {
                0 => ["create", $"n{i}", "--memory"],
                1 => ["create", $"n{i}", "--disk"],
                2 => ["restore", Any(), "--yes"],
                3 => ["delete", Any(), "--yes"],
                _ => ["commit", $"k{i}", "--yes"],
            };
            await CutAsync(50 + random.Next(900), command);
            await lab.SucceedsAsync("snapshot", "restore", "base", "--yes"); // those that pile up would only make it slow
            now = model["base"];
            foreach (var old in model.Keys.Where(k => k != "base").SkipLast(3).ToList())
            {
                await lab.SucceedsAsync("snapshot", "delete", old, "--yes");
                model.Remove(old);
            }
        }
    }

    async Task CutAsync(int milliseconds, params string[] command)
    {
        await WriteAsync();
        history.Add($"cut {milliseconds} ms into {string.Join(' ', command)}");
        using (var croft = RunningCroft.Start(lab, ["snapshot", .. command]))
        {
            await Poll.DelayAsync(TimeSpan.FromMilliseconds(milliseconds), TestContext.Current.CancellationToken);
            await Task.WhenAll(croft.SignalAsync("KILL"), KillGuestAsync());
            await croft.EndAsync(TimeSpan.FromMinutes(1));
        }

        await CheckFilesAsync();
        var (what, name) = (command[0], command[1]);
        var listed = await ListAsync();
        if (what is "create" && listed.Contains(name))
            model[name] = now;
        if (what is "delete" && !listed.Contains(name))
            model.Remove(name);
        Assert.True(listed.SequenceEqual(model.Keys), Story($"listed are {string.Join(' ', listed)}, not {string.Join(' ', model.Keys)}"));

        await lab.SucceedsAsync("up");
        var found = await ReadAsync();
        Assert.True(found == now || what == "restore" && found == model[name], Story($"the machine holds {found}, not {now}"));
        var former = now;
        now = found;
        await KeepAsync($"after{count}", "--memory"); // the next command works
        await CheckFilesAsync();
        foreach (var (snapshot, state) in model.ToList())
        {
            await lab.SucceedsAsync("snapshot", "restore", snapshot, "--yes");
            if (await lab.StateAsync("a") != "running")
                await lab.SucceedsAsync("up");
            var holds = await ReadAsync();
            Assert.True(
                holds == state || what == "commit" && snapshot == name && holds == former,
                Story($"{snapshot} holds {holds}, not {state}")
            );
            model[snapshot] = now = holds;
        }
    }

    /// <summary>Every disk of the farm stands on files that are there, and none is damaged.</summary>
    async Task CheckFilesAsync()
    {
        var pool = "/var/lib/libvirt/croft/";
        foreach (
            var disk in (await lab.LeftoversAsync())
                .Where(l => l.EndsWith(".qcow2", StringComparison.Ordinal))
                .Select(l => pool + l["volume ".Length..])
        )
        {
            var chain = await new Tool("qemu-img", "info", "-U", "--backing-chain", disk).RunAsync(TestContext.Current.CancellationToken);
            Assert.True(chain.ExitCode == 0, Story($"{disk}: {chain.Error}"));
            var check = await new Tool("qemu-img", "check", "-q", "-U", disk).RunAsync(TestContext.Current.CancellationToken);
            Assert.True(check.ExitCode is 0 or 3, Story($"{disk}: {check.LastWords}")); // 3: space that nobody uses
        }
    }

    async Task KillGuestAsync()
    {
        var file = $"/run/libvirt/qemu/{Domain}.pid";
        if (File.Exists(file))
            await new Tool("kill", "-KILL", (await File.ReadAllTextAsync(file)).Trim()).RunAsync(CancellationToken.None);
    }

    async Task KeepAsync(string name, string kind)
    {
        await WriteAsync();
        history.Add($"create {name} {kind}");
        await lab.SucceedsAsync("snapshot", "create", name, kind);
        model[name] = now;
    }

    async Task WriteAsync()
    {
        now = $"state {count++}";
        await lab.SucceedsAsync("ssh", "a", "--", $"echo {now} > /root/state; sync");
    }

    async Task<string> ReadAsync() => (await lab.SucceedsAsync("ssh", "a", "--", "cat /root/state")).Trim();

    async Task<IReadOnlyList<string>> ListAsync() =>
        [
            .. JsonNode
                .Parse(await lab.SucceedsAsync("snapshot", "list", "-o", "json"))!
                .AsArray()
                .Select(s => (string)s!["name"]!)
                .Order(StringComparer.Ordinal),
        ];

    string Any() => model.Keys.Where(k => k != "base").ElementAt(random.Next(model.Count - 1));

    string Story(string end) => $"seed {Seed}: {string.Join("; ", history)}: {end}";
}
