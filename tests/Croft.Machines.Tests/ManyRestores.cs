using System.Globalization;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>Nothing grows when a machine is put back again and again: no files, no memory and no handles of libvirtd.</summary>
public sealed class ManyRestores : IAsyncLifetime
{
    const int Warm = 6;

    static readonly int Cycles = Lab.Rounds(50);

    readonly Lab lab = new("manyrestores");

    public async ValueTask InitializeAsync()
    {
        Lab.OnlyWithAll();
        lab.Write("farm.yaml", "farm: manyrestores\nvms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }\n");
        await lab.SucceedsAsync("up");
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task LeaveNothingBehind()
    {
        await lab.SucceedsAsync("snapshot", "create", "s");
        await lab.SucceedsAsync("snapshot", "create", "t"); // so that each restore changes the chain
        for (var i = 0; i < Warm; i++)
            await RestoreAsync(i);
        var (files, handles, memory) = (await FilesAsync(), await HandlesAsync(), await MemoryAsync());
        for (var i = 0; i < Cycles; i++)
            await RestoreAsync(i);
        Assert.Equal(files, await FilesAsync());
        Assert.InRange(await HandlesAsync(), 0, handles + (Cycles / 10)); // other tests come and go
        Assert.InRange(await MemoryAsync(), 0, memory + (Cycles * 200)); // KiB; one leaked definition per cycle would be more
    }

    Task<string> RestoreAsync(int i) => lab.SucceedsAsync("snapshot", "restore", i % 2 == 0 ? "s" : "t", "--yes");

    /// <summary>Names without their numbers: disks get new ones.</summary>
    async Task<IEnumerable<string>> FilesAsync() =>
        (await lab.LeftoversAsync()).Select(l => string.Concat(l.Where(c => !char.IsAsciiDigit(c)))).Order(StringComparer.Ordinal);

    static async Task<int> HandlesAsync() => Directory.EnumerateFileSystemEntries($"/proc/{await DaemonAsync()}/fd").Count();

    static async Task<long> MemoryAsync() =>
        long.Parse(
            (await File.ReadAllLinesAsync($"/proc/{await DaemonAsync()}/status"))
                .First(l => l.StartsWith("VmRSS", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        );

    static async Task<string> DaemonAsync() =>
        (await new Tool("pgrep", "-o", "-x", "libvirtd").RunAsync(TestContext.Current.CancellationToken)).Output.Trim();
}
