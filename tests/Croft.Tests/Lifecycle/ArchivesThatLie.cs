using System.Text;
using Croft.Lifecycle;
using Croft.Phases;
using Croft.Tests.Farms;
using Croft.Tests.Guests;

namespace Croft.Tests.Lifecycle;

/// <summary>Archives that no tar would send for what was asked of it.</summary>
public sealed class ArchivesThatLie : IDisposable
{
    static readonly byte[] Content = "content"u8.ToArray();

    readonly TemporaryFolder folder = new();
    readonly List<string> notes = [];

    public ArchivesThatLie() => folder.Write("canary", "alive");

    public void Dispose() => folder.Dispose();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    string Here => Path.Combine(folder.Path, "run/here");

    [Theory]
    [InlineData("../../canary")]
    [InlineData("/../../canary")]
    [InlineData("a/../../../canary")]
    [InlineData("/./.././../canary")]
    [InlineData("../here2/canary")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("/")]
    [InlineData(".")]
    [InlineData("a/..")]
    [InlineData("a/")]
    public async Task NameNothingOutsideOfTheRunsFolder(string name)
    {
        await FetchAsync(Entry(name), Entry("good"));
        Assert.Equal("content", File.ReadAllText(Path.Combine(Here, "good")));
        Assert.Equal("alive", File.ReadAllText(Path.Combine(folder.Path, "canary")));
        Assert.Equal(
            ["archive", "canary", "run"],
            Directory.EnumerateFileSystemEntries(folder.Path).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)
        );
        Assert.Equal(["here"], Directory.EnumerateFileSystemEntries(Path.Combine(folder.Path, "run")).Select(f => Path.GetFileName(f)!));
    }

    [Fact]
    public async Task MakeNothingButFiles()
    {
        await FetchAsync(
            Entry("link", '2', link: "../../canary"),
            Entry("link/x"),
            Entry("link2", '2', link: ".."),
            Entry("link2/canary"),
            Entry("hard", '1', link: "../../canary"),
            Entry("null", '3'),
            Entry("disk", '4'),
            Entry("pipe", '6'),
            Entry("odd", 'S'),
            Entry("more", 'V'),
            Entry("pax", 'x'),
            Entry("folder", '5'),
            Entry("good")
        );
        Assert.Equal(["good", "link/x", "link2/canary"], Fetched());
        Assert.Equal("alive", File.ReadAllText(Path.Combine(folder.Path, "canary")));
    }

    [Fact]
    public async Task LoseNoFilesToThoseThatAreInTheirPlace()
    {
        await FetchAsync(
            Entry("a/b"),
            Entry("a"),
            Entry("c"),
            Entry("c/d"),
            Entry(new string('x', 5000)),
            Entry("\u001b]0;title\u0007\u001b[31m" + new string('y', 300)),
            Entry("good")
        );
        Assert.Equal(["a/b", "c", "good"], Fetched());
        Assert.DoesNotContain(Assert.Single(notes), char.IsControl);
        Assert.InRange(notes[0].Length, 100, 4000);
    }

    [Theory]
    [InlineData("7777777777777")]
    [InlineData("777777777777")]
    [InlineData("\u0080\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("\u0080\u00ff\0\0\u0080\0\0\0\0\0\0\0")]
    [InlineData("99999999999")]
    [InlineData("-1")]
    [InlineData("no number")]
    public async Task WithSizesThatCannotBeEndInAnError(string size)
    {
        foreach (var kind in "0L5")
            await Assert.ThrowsAsync<CroftException>(() => FetchAsync(Entry("good"), Entry("bad", kind, size)));
        Assert.Equal(["good"], Fetched().Where(f => f != "bad"));
    }

    [Fact]
    public async Task WithMoreThanTheDiskHoldsAreRefusedBeforeTheyFillIt()
    {
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            FetchAsync(Entry("good"), Entry("large", size: "\u0080\0\0\0\0\0\u0004\0\0\0\0\0"))
        );
        Assert.Contains("/large has 4398046511104 bytes", error.Message);
        Assert.Equal(["good"], Fetched());
    }

    [Fact]
    public async Task ThatBreakOffEndInAnErrorWhereverTheyDo()
    {
        var archive = Archive(Entry(new string('n', 300)), Entry("good"));
        foreach (
            var length in Enumerable
                .Range(1, archive.Length - 1025)
                .Where(l => l % 512 is < 2 or > 510 || l % 97 == 0)
                .Where(l => l % 512 != 0)
        )
            await Assert.ThrowsAsync<CroftException>(() => FetchAsync(archive[..length]));
    }

    [Fact]
    public async Task WithoutEndEnd()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("CROFT_TEST_ALL") == "1", "CROFT_TEST_ALL=1 runs it");
        await File.WriteAllBytesAsync(
            Path.Combine(folder.Path, "entries"),
            [.. Enumerable.Repeat(Entry("good"), 1000).SelectMany(e => e)],
            Cancel
        );
        var error = await Assert.ThrowsAsync<CroftException>(() => FetchAsync($"while cat {folder.Path}/entries; do :; done"));
        Assert.Contains("more than 100000 files", error.Message);
    }

    Task FetchAsync(params byte[][] entries) => FetchAsync(Archive(entries));

    async Task FetchAsync(byte[] archive)
    {
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "archive"), archive, Cancel);
        await FetchAsync($"cat {folder.Path}/archive");
    }

    Task FetchAsync(string send) =>
        ArtifactFetch.FetchAsync(
            new GuestOfThisHost { Before = $"find() {{ :; }}; tar() {{ cat >/dev/null; {send}; }}; " },
            ["/**", "/"],
            Here,
            notes.Add,
            Cancel,
            TimeSpan.FromSeconds(20)
        );

    static byte[] Archive(params byte[][] entries) => [.. entries.SelectMany(e => e), .. new byte[1024]];

    /// <summary>As GNU's tar writes it, but for what the test says.</summary>
    static byte[] Entry(string name, char kind = '0', string? size = null, string link = "")
    {
        var bytes = Encoding.Latin1.GetBytes(name);
        var header = new byte[512];
        bytes.AsSpan(0, Math.Min(100, bytes.Length)).CopyTo(header);
        Put(header, 100, "0000644");
        Put(header, 108, "0000000");
        Put(header, 116, "0000000");
        Encoding
            .Latin1.GetBytes((size ?? Convert.ToString(Content.Length, 8).PadLeft(11, '0'))[..Math.Min(12, size?.Length ?? 11)])
            .CopyTo(header, 124);
        Put(header, 136, "00000000000");
        header[156] = (byte)kind;
        Put(header, 157, link);
        Put(header, 257, "ustar  ");
        Put(header, 148, "        ");
        Put(header, 148, Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ");
        byte[] entry = [.. header, .. Content, .. new byte[512 - Content.Length]];
        return bytes.Length <= 100 ? entry : [.. LongName(bytes), .. entry];
    }

    static byte[] LongName(byte[] name)
    {
        var header = Entry("././@LongLink", 'L', Convert.ToString(name.Length + 1, 8).PadLeft(11, '0'))[..512];
        return [.. header, .. name, .. new byte[512 - (name.Length % 512)]];
    }

    static void Put(byte[] header, int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);

    IReadOnlyList<string> Fetched() =>
        [
            .. Directory
                .EnumerateFiles(Here, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(Here, f))
                .Order(StringComparer.Ordinal),
        ];
}
