using Croft.Lifecycle;
using Croft.Tests.Farms;

namespace Croft.Tests.Lifecycle;

/// <summary>Which folder of several is the one that a farm's machines belong to.</summary>
public sealed class FoldersOfAFarm : IDisposable
{
    readonly TemporaryFolder root = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    string Lab => Path.Combine(root.Path, "lab");

    string Other => Path.Combine(root.Path, "other one");

    public void Dispose() => root.Dispose();

    [Fact]
    public async Task HasAnIdFromItsFirstUpOn()
    {
        var owner = await ReadAsync(Lab);
        Assert.Null(owner.Id);
        var id = owner.Claim();
        Assert.Equal(id, (await ReadAsync(Lab)).Id);
        Assert.Equal(id, (await ReadAsync(Lab)).Claim());
    }

    [Fact]
    public async Task KeepsTheIdOfAnEarlierVersion()
    {
        root.Write("lab/.croft/owner", "0123\n");
        Assert.Equal("0123", (await ReadAsync(Lab)).Claim());
        Assert.Equal(["0123", "host " + Lab], await File.ReadAllLinesAsync(Path.Combine(Lab, ".croft/owner"), Cancel));
    }

    [Fact]
    public async Task GoesOnWhereItWasMoved()
    {
        var id = (await ReadAsync(Lab)).Claim();
        Directory.Move(Lab, Other);
        Assert.Equal(id, (await ReadAsync(Other)).Claim());

        // What is made at the old place later is another one.
        await CopyAsync(Other, Lab);
        Assert.Equal(Other, (await ReadAsync(Lab)).Original);
    }

    [Fact]
    public async Task IsNotItsCopy()
    {
        var id = (await ReadAsync(Lab)).Claim();
        await CopyAsync(Lab, Other);
        var copy = await ReadAsync(Other);
        Assert.Equal((null, Lab), (copy.Id, copy.Original));
        Assert.Equal(id, (await ReadAsync(Lab)).Id);
        Assert.NotEqual(id, copy.Claim());
        Assert.Equal(copy.Id, (await ReadAsync(Other)).Id);
    }

    [Fact]
    public async Task IsTheSameByALink()
    {
        var id = (await ReadAsync(Lab)).Claim();
        Directory.CreateSymbolicLink(Other, Lab);
        Assert.Equal(id, (await ReadAsync(Other)).Id);
    }

    [Fact]
    public async Task IsTheOneThatAdoptedItLast()
    {
        var id = (await ReadAsync(Lab)).Claim();
        await CopyAsync(Lab, Other);
        var copy = await ReadAsync(Other);
        copy.Take(id);
        await copy.DisownAsync(Lab, Cancel);
        Assert.Equal(id, (await ReadAsync(Other)).Id);
        Assert.Equal(Other, (await ReadAsync(Lab)).Original);
    }

    [Fact]
    public async Task IsSharedByHosts()
    {
        var id = (await ReadAsync(Lab)).Claim();
        Directory.Move(Lab, Other);
        await CopyAsync(Other, Lab); // as a mount at another place would look to the second host, for which only its own place counts
        var second = await FarmOwner.ReadAsync(Other, "host-2", Cancel);
        Assert.True(second.IsNewHere);
        Assert.Equal(id, second.Claim());
        Assert.False((await FarmOwner.ReadAsync(Other, "host-2", Cancel)).IsNewHere);
    }

    static Task<FarmOwner> ReadAsync(string folder) => FarmOwner.ReadAsync(folder, "host", Cancel);

    static Task CopyAsync(string from, string to) => new Croft.Tools.Tool("cp", "-a", from, to).RunCheckedAsync("copying", Cancel);
}
