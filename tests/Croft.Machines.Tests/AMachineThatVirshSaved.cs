using System.Globalization;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>A machine whose memory is put aside behind Croft's back, as libvirt-guests does when its host shuts down.</summary>
public sealed class AMachineThatVirshSaved : IAsyncLifetime
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(8);

    readonly Lab lab = new("virshsave");

    string Domain => lab.Farm + ".a";

    public async ValueTask InitializeAsync()
    {
        Write(256);
        await lab.SucceedsAsync("up");
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task GoesOnFromThereAndHasNoOtherState()
    {
        await InGuestAsync("echo one > /root/f");
        await SaveAsync();
        Assert.Contains("off, saved", await lab.SucceedsAsync("ls"));
        string[] words = ["its memory saved", "croft start", $"managedsave-remove {Domain}"];
        await lab.RefusesAsync(3, words, "snapshot", "create", "half", "--offline");
        await lab.RefusesAsync(3, words, "image", "create", "half", "--from", "a");

        // What the guest has not written yet is not lost when other hardware is declared.
        Write(320);
        Assert.Contains("restart", await lab.SucceedsAsync("plan"));
        await lab.SucceedsAsync("up");
        Assert.Equal("one\n", await InGuestAsync("cat /root/f"));

        await lab.SucceedsAsync("snapshot", "create", "before", "--offline");
        await lab.SucceedsAsync("up");
        await InGuestAsync("echo two > /root/f; sync");
        await SaveAsync();
        await lab.SucceedsAsync("snapshot", "restore", "before", "--yes");
        await lab.SucceedsAsync("up");
        Assert.Equal("one\n", await InGuestAsync("cat /root/f"));
        await HasItsClockAsync();
    }

    async Task HasItsClockAsync()
    {
        await lab.SucceedsAsync("pause");
        await Task.Delay(Pause, TestContext.Current.CancellationToken);
        await lab.SucceedsAsync("resume");
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var there = long.Parse(await InGuestAsync("date +%s"), CultureInfo.InvariantCulture);
        Assert.InRange(there, before - 2, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 2);
    }

    void Write(int megabytes) =>
        lab.Write("farm.yaml", $"farm: virshsave\nvms: {{ list: [ {{ name: a, platform: debian_12, memory: {megabytes}MiB }} ] }}\n");

    Task<string> InGuestAsync(string script) => lab.SucceedsAsync("ssh", "a", "--", script);

    Task SaveAsync() =>
        new Tool("virsh", "-q", "-c", "qemu:///system", "managedsave", Domain).RunCheckedAsync(
            "saving",
            TestContext.Current.CancellationToken
        );
}
