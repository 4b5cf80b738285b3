using Croft.Testing;

namespace Croft.Machines.Tests;

/// <summary>
/// Two farms that race for one host on which only one of them has room: a user's own libvirt, so that nobody else's machines count.
/// </summary>
public sealed class TwoControllersAtOnce(OrdinaryUser user) : IClassFixture<OrdinaryUser>
{
    const string First = "racefirst";
    const string Second = "racesecond";

    [Fact]
    public async Task OneWinsAndNothingOfTheOtherStays()
    {
        var (first, second) = await FarmsAsync();
        var results = await Task.WhenAll(UpAsync(first), UpAsync(second));
        Assert.Equal([0, 3], results.Select(r => r.Code).Order());
        var (_, message) = results.First(r => r.Code == 3);
        Assert.Contains("small", message);
        Assert.Contains("of memory free, 256 MiB needed", message);
        Assert.NotEmpty(await user.LeftoversAsync(results[0].Code == 0 ? First : Second));
        Assert.Empty(await user.LeftoversAsync(results[0].Code == 0 ? Second : First));
        await DestroyAsync(first, second);
    }

    /// <summary>The second is stopped with its plan made, until the first has taken the room.</summary>
    [Fact]
    public async Task OneThatPlannedBeforeTheOtherTookTheRoomSaysWhoWasFirst()
    {
        var (first, second) = await FarmsAsync();
        using var late = RunningCroft.Start(user.Croft(second, "up"), second);
        await late.ReachAsync("startup");
        await late.SignalAsync("STOP");
        var (early, _) = await UpAsync(first);
        await late.SignalAsync("CONT");
        var (code, messages, _) = await late.EndAsync(TimeSpan.FromMinutes(3));
        Assert.Equal([0, 3], new[] { early, code }.Order());
        if (early == 0) // otherwise the late one had defined its machine before it could be stopped
        {
            Assert.Contains($"farm \"{First}\" in {first} came first", messages);
            Assert.Empty(await user.LeftoversAsync(Second));
        }

        await DestroyAsync(first, second);
    }

    /// <summary>A machine that is off has given its room back, and takes it again only when there is some.</summary>
    [Fact]
    public async Task OneThatWasFirstOnceWaitsUntilTheOtherIsOff()
    {
        var (first, second) = await FarmsAsync();
        await user.CroftAsync(first, 0, "up");
        await user.CroftAsync(first, 0, "snapshot", "create", "warm");
        await user.CroftAsync(first, 0, "down");
        await user.CroftAsync(second, 0, "up");
        foreach (var command in new string[][] { ["up"], ["start", "a"], ["run", "--fresh"], ["snapshot", "restore", "warm", "--yes"] })
        {
            var refused = await TestedProgram.RunAsync(user.Croft(first, command), TestContext.Current.CancellationToken);
            Assert.Equal(3, refused.ExitCode);
            Assert.Contains(
                $"no room for machine \"a\" any more: farm \"{Second}\" in {second} came first; 44 MiB of memory free, 256 MiB needed",
                refused.Error + refused.Output
            );
        }

        await user.CroftAsync(second, 0, "down");
        await user.CroftAsync(first, 0, "start", "a");
        await DestroyAsync(first, second);
    }

    [Fact]
    public async Task KilledAnywhereNobodyHasMoreThanThereIs()
    {
        Lab.OnlyWithAll();
        var (first, second) = await FarmsAsync();
        foreach (var delay in Enumerable.Range(0, 8).Select(i => TimeSpan.FromMilliseconds(i * 80)))
        {
            using var killed = RunningCroft.Start(user.Croft(second, "up"), second);
            await killed.ReachAsync("startup", delay);
            await killed.SignalAsync("KILL");
            var (code, message) = await UpAsync(first);
            var (ours, theirs) = (
                (await user.LeftoversAsync(First)).Contains(First + ".a"),
                (await user.LeftoversAsync(Second)).Contains(Second + ".a")
            );
            Assert.True(ours != theirs && ours == (code == 0), $"after {delay}: {message}");
            await DestroyAsync(second);
            await user.CroftAsync(first, 0, "up");
            await DestroyAsync(first);
        }
    }

    async Task<(string First, string Second)> FarmsAsync()
    {
        var folders = (await FarmAsync(First), await FarmAsync(Second));
        foreach (var runs in new[] { folders.Item1, folders.Item2 }.Select(f => Path.Combine(f, ".croft/runs")).Where(Directory.Exists))
            TestFolder.Delete(runs); // each test waits for its own
        return folders;
    }

    Task<string> FarmAsync(string name) =>
        user.FarmAsync(
            name,
            $$"""
            farm: {{name}}
            hypervisors: { small: { uri: "qemu:///session", limits: { memory: 300MiB } } }
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }
            """
        );

    async Task<(int Code, string Message)> UpAsync(string folder)
    {
        var result = await TestedProgram.RunAsync(user.Croft(folder, "up"), TestContext.Current.CancellationToken);
        return (result.ExitCode, result.Error);
    }

    async Task DestroyAsync(params string[] folders)
    {
        foreach (var folder in folders)
            await user.CroftAsync(folder, 0, "destroy", "--yes");
        Assert.DoesNotContain((IEnumerable<string>)[.. await user.LeftoversAsync(First), .. await user.LeftoversAsync(Second)], name =>
            folders.Any(f => name.StartsWith(Path.GetFileName(f) + ".", StringComparison.Ordinal))
        );
    }
}
