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
    public void HasAnIdFromItsFirstUpOn()
    {
        var owner = Read(Lab);
        Assert.Null(owner.Id);
        var id = owner.EnsureOwner();
        Assert.Equal(id, Read(Lab).Id);
        Assert.Equal(id, Read(Lab).EnsureOwner());
    }

    [Fact]
    public void HasAnIdAgainAfterAPowerCutThatEmptiedItsFile()
    {
        root.Write("lab/.croft/owner", "");
        var id = Read(Lab).EnsureOwner();
        Assert.NotEmpty(id);
        Assert.Equal(id, Read(Lab).Id);
    }

    [Fact]
    public async Task KeepsTheIdOfAnEarlierVersion()
    {
        root.Write("lab/.croft/owner", "0123\n");
        Assert.Equal("0123", Read(Lab).EnsureOwner());
        Assert.Matches($"\\A0123\nhost [0-9]+ {Lab}\n\\z", await File.ReadAllTextAsync(Path.Combine(Lab, ".croft/owner"), Cancel));
    }

    [Fact]
    public async Task GoesOnWhereItWasMoved()
    {
        var id = Read(Lab).EnsureOwner();
        Directory.Move(Lab, Other);
        Assert.Equal(id, Read(Other).EnsureOwner());

        // What is made at the old place later is another one.
        await CopyAsync(Other, Lab);
        Assert.Equal(Other, Read(Lab).Original);
    }

    [Fact]
    public async Task IsNotItsCopy()
    {
        var id = Read(Lab).EnsureOwner();
        await CopyAsync(Lab, Other);
        var copy = Read(Other);
        Assert.Equal((null, Lab), (copy.Id, copy.Original));
        Assert.Equal(id, Read(Lab).Id);
        Assert.NotEqual(id, copy.EnsureOwner());
        Assert.Equal(copy.Id, Read(Other).Id);
    }

    [Fact]
    public async Task IsNotItsCopyWhenItWasMovedSinceThen()
    {
        var id = Read(Lab).EnsureOwner();
        await CopyAsync(Lab, Other);
        Directory.Move(Lab, Lab + "2");
        Assert.Equal((null, Lab), (Read(Other).Id, Read(Other).Original));
        Assert.Equal(id, Read(Lab + "2").EnsureOwner());
        Assert.Equal((null, Lab), (Read(Other).Id, Read(Other).Original));
    }

    [Fact]
    public void IsTheSameByALink()
    {
        var id = Read(Lab).EnsureOwner();
        Directory.CreateSymbolicLink(Other, Lab);
        Assert.Equal(id, Read(Other).Id);
    }

    [Fact]
    public async Task IsTheOneThatAdoptedItLast()
    {
        var id = Read(Lab).EnsureOwner();
        await CopyAsync(Lab, Other);
        var copy = Read(Other);
        copy.Take(id);
        await copy.DisownAsync(Lab, Cancel);
        Assert.Equal(id, Read(Other).Id);
        Assert.Equal(Other, Read(Lab).Original);
    }

    [Fact]
    public async Task IsSharedByHosts()
    {
        var id = Read(Lab).EnsureOwner();
        Directory.Move(Lab, Other);
        await CopyAsync(Other, Lab); // as a mount at another place would look to the second host, for which only its own place counts
        var second = FarmOwner.Read(Other, "host-2");
        Assert.True(second.IsNewHere);
        Assert.Equal(id, second.EnsureOwner());
        Assert.False((FarmOwner.Read(Other, "host-2")).IsNewHere);
    }

    static FarmOwner Read(string folder) => FarmOwner.Read(folder, "host");

    static Task CopyAsync(string from, string to) => new Croft.Tools.Tool("cp", "-a", from, to).RunCheckedAsync("copying", Cancel);
}
