namespace Croft.Machines.Tests;

/// <summary>A controller that knows nothing of its host yet. Whatever KVM does there, its first command finds it out.</summary>
public sealed class ProofOfKvm : IAsyncLifetime
{
    readonly Lab lab = new("proof");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task IsMadeOnce()
    {
        lab.Write("farm.yaml", "farm: proof\nvms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }\n");
        await lab.SucceedsAsync("image", "pull");
        var cache = Directory.CreateDirectory(Path.Combine(lab.Folder, "cache", "croft")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(cache, "images"), Path.Combine(Lab.Cache, "croft", "images"));
        var up = await lab.CroftWithAsync("XDG_CACHE_HOME", Path.GetDirectoryName(cache)!, "up");
        Assert.True(up.ExitCode == 0, up.Error);
        Assert.DoesNotContain("is tried again by the next command", up.Error);
    }
}
