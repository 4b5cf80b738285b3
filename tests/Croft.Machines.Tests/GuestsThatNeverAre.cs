using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>Images that cannot be built, and one that boots nothing.</summary>
public sealed class GuestsThatNeverAre : IAsyncLifetime
{
    readonly Lab lab = new("never");

    /// <summary>Builds of others' that are under way, or were killed.</summary>
    readonly HashSet<string> before = [.. Others()];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task GuestThatDoesNotAnswerIsDescribedAndItsNeighbourIsNotTouched()
    {
        await File.WriteAllBytesAsync(Path.Combine(lab.Folder, "mute.img"), BootSector(), TestContext.Current.CancellationToken);
        lab.Write(
            "farm.yaml",
            """
            farm: never
            platforms: { mute: { image: { file: mute.img }, memory: 64MiB, connection_timeout: 2s } }
            vms: { list: [ { name: mute, platform: mute }, { name: a, platform: debian_12, memory: 256MiB } ] }
            project: { phases: phases }
            """
        );
        lab.Write("phases/main.sh", "true\n");
        var run = await lab.RunAsync("run", exitCode: 3);
        Assert.Matches(
            """machine "mute" was not ready after \d+(\.\d)? s: waited for one ssh command as root at [0-9.]+:22, last seen: .*\n  console: no system here; croft console mute --log""",
            run.Reason("mute", "startup")
        );
        Assert.Contains("shutdown", run.Steps("mute", "passed"));
        Assert.Equal("passed", run.Outcome("a"));
        Assert.Equal("off", await lab.StateAsync("mute"));
    }

    [Fact]
    public async Task PackageThatDoesNotExistIsNamedWithTheLogAndNothingIsLeft()
    {
        Odd("no-such-package");
        // Containers have apt's sources, and rarely its lists.
        lab.Write("apt.conf", $"Dir::State::Lists \"{Directory.CreateDirectory(Path.Combine(lab.Folder, "lists")).FullName}\";\n");
        var up = await lab.CroftWithAsync("APT_CONFIG", Path.Combine(lab.Folder, "apt.conf"), "up");
        Assert.Equal(3, up.ExitCode);
        Assert.SkipWhen(
            up.Error.Contains("the Debian archive of this host does not answer", StringComparison.Ordinal),
            "no archive to ask"
        );
        Assert.Contains("no-such-package", up.Error);
        Assert.Contains("the whole log is " + Path.Combine(Lab.Cache, "croft/images/logs/"), up.Error);
        await AssertNothingIsMadeAsync();
        Assert.Empty(await lab.LeftoversAsync());
    }

    [Fact]
    public async Task KilledBuildEndsAndTheNextOneWorks()
    {
        Odd("tree");
        using (var build = RunningCroft.Start(lab, "image", "build", "odd"))
        {
            Assert.NotNull(
                await Poll.UntilAsync(
                    () => Task.FromResult(Unfinished().FirstOrDefault()),
                    TimeSpan.FromSeconds(0.1),
                    TimeSpan.FromSeconds(20),
                    TestContext.Current.CancellationToken
                )
            );
            await Poll.DelayAsync(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
            await build.SignalAsync("KILL");
            await build.EndAsync(TimeSpan.FromMinutes(1));
        }

        var folder = Assert.Single(Unfinished());
        Assert.NotNull(
            await Poll.UntilAsync(
                () => Task.FromResult(WorksIn(folder) ? null : "ended"),
                TimeSpan.FromSeconds(0.5),
                TimeSpan.FromSeconds(30),
                TestContext.Current.CancellationToken
            )
        );
        Assert.DoesNotContain("odd", await lab.SucceedsAsync("image", "list"));

        Lab.OnlyWithAll();
        await lab.SucceedsAsync("image", "build", "odd");
        Assert.Empty(Unfinished());
        await lab.SucceedsAsync("image", "remove", "odd", "--yes");
    }

    async Task AssertNothingIsMadeAsync()
    {
        Assert.Empty(Unfinished());
        Assert.DoesNotContain("odd", await lab.SucceedsAsync("image", "list"));
    }

    void Odd(string package) =>
        lab.Write(
            "farm.yaml",
            $$"""
            farm: never
            platforms: { odd: { image: { build: mmdebstrap, suite: bookworm, packages: [ {{package}} ] } } }
            vms: { list: [ { name: a, platform: odd } ] }
            """
        );

    IEnumerable<string> Unfinished() => Others().Except(before);

    static IEnumerable<string> Others() =>
        Path.Combine(Lab.Cache, "croft/images/temporary") is var folder && Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder)
            : [];

    /// <summary>Whether a process has the folder among its arguments.</summary>
    static bool WorksIn(string folder) =>
        Directory
            .EnumerateDirectories("/proc")
            .Any(process =>
            {
                try
                {
                    return File.ReadAllText(Path.Combine(process, "cmdline")).Contains(folder, StringComparison.Ordinal);
                }
                catch (IOException)
                {
                    return false; // no process, or it ended meanwhile
                }
            });

    /// <summary>A disk that says "no system here" on the serial port, and halts.</summary>
    static byte[] BootSector()
    {
        byte[] code =
        [
            0xFA,
            0xFC, // cli; cld
            0x31,
            0xC0,
            0x8E,
            0xD8, // ds = 0
            0xBA,
            0xF8,
            0x03, // dx = 0x3f8, the port's data
            0xBE,
            0x15,
            0x7C, // si = text
            0xAC,
            0x84,
            0xC0,
            0x74,
            0x03, // next: al = *si++; if 0, go to end
            0xEE,
            0xEB,
            0xF8, // out; go to next
            0xF4, // end: hlt
            .. "no system here\r\n\0"u8,
        ];
        var image = new byte[1 << 20];
        code.CopyTo(image, 0);
        (image[510], image[511]) = (0x55, 0xAA);
        return image;
    }
}
