namespace Croft.Cli.Tests;

/// <summary>Where Croft keeps things follows the XDG base directory specification: a relative folder counts as none.</summary>
public sealed class FoldersOfTheUser : IDisposable
{
    readonly Cli cli = new();

    public FoldersOfTheUser()
    {
        var disk = new byte[4096];
        (disk[510], disk[511]) = (0x55, 0xAA);
        File.WriteAllBytes(Path.Combine(cli.Folder, "disk.raw"), disk);
        cli.Write("farm.yaml", "farm: f\nplatforms: { own: { image: { file: disk.raw } } }\nvms: { list: [ { name: a, platform: own } ] }");
        cli.Environment["HOME"] = cli.Home;
    }

    public void Dispose() => cli.Dispose();

    [Theory]
    [InlineData("cache")]
    [InlineData("./cache")]
    [InlineData("")]
    [InlineData(null)]
    public async Task AreThoseOfTheHomeWhereXdgNamesNoFullPath(string? cache)
    {
        cli.Environment["XDG_CACHE_HOME"] = cache;
        var result = await cli.RunAsync("image", "build");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Single(Directory.GetFiles(Path.Combine(cli.Home, ".cache/croft/images/recipes")));
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, "cache")));
    }

    [Fact]
    public async Task OfARelativeHomeAreRefused()
    {
        cli.Environment["XDG_CACHE_HOME"] = null;
        cli.Environment["HOME"] = "home";
        var result = await cli.RunAsync("image", "list");
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("HOME is \"home\", which is no full path", result.Error);
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache"); // then nobody asks for a home
        Assert.Equal(0, (await cli.RunAsync("image", "list")).ExitCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/nonexistent/home")]
    public async Task AreFullPathsWithoutAHomeThatExists(string? home)
    {
        cli.Environment["XDG_CACHE_HOME"] = null;
        cli.Environment["XDG_DATA_HOME"] = null;
        cli.Environment["HOME"] = home;
        Assert.Equal(0, (await cli.RunAsync("image", "list")).ExitCode);
        Assert.Equal(["disk.raw", "farm.yaml"], Directory.GetFileSystemEntries(cli.Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task ThatAreFullAreNamedAndHoldNothingHalfMade()
    {
        var full = Directory.CreateDirectory(Path.Combine(cli.Home, "full")).FullName;
        var mounted = await cli.ShellAsync($"mount -t tmpfs -o size=64k croft-test '{full}'");
        Assert.SkipUnless(mounted.ExitCode == 0, "mount is not allowed here");
        try
        {
            var disk = System.Security.Cryptography.RandomNumberGenerator.GetBytes(1 << 20);
            (disk[0], disk[510], disk[511]) = (0xEB, 0x55, 0xAA);
            File.WriteAllBytes(Path.Combine(cli.Folder, "disk.raw"), disk);
            cli.Environment["XDG_CACHE_HOME"] = full;
            var result = await cli.RunAsync("image", "build");
            Assert.Equal(3, result.ExitCode);
            Assert.Contains($"image \"own\": no space is left in {full}/croft/images", result.Error);
            Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(full, "croft/images/temporary")));
        }
        finally
        {
            await cli.ShellAsync($"umount '{full}'");
        }
    }
}
