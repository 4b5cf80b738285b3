using System.Diagnostics;
using System.Globalization;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Tools;

public sealed class Waiting
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EndsWithTheFirstAnswer()
    {
        var asked = 0;
        Assert.Equal(
            "third",
            await Poll.UntilAsync(
                () => Task.FromResult(++asked == 3 ? "third" : null),
                TimeSpan.FromMilliseconds(1),
                TimeSpan.FromMinutes(1),
                Cancel
            )
        );
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task AsksAtLeastOnceAndEndsInTime()
    {
        var asked = 0;
        Assert.Null(
            await Poll.UntilAsync(
                () =>
                {
                    asked++;
                    return Task.FromResult<string?>(null);
                },
                TimeSpan.FromHours(1),
                TimeSpan.Zero,
                Cancel
            )
        );
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task EndsWhenItIsCancelled()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Poll.UntilAsync(() => Task.FromResult<string?>(null), TimeSpan.FromMilliseconds(5), TimeSpan.FromMinutes(5), stop.Token)
        );
    }

    [Fact]
    public async Task AtAGateIsForOneProcessAtATime()
    {
        var file = Path.GetTempFileName();
        var elsewhere = new Tool("flock", "--nonblock", "--conflict-exit-code", "9", file, "true");
        using (FileLock.TryEnter(file))
        {
            Assert.Null(FileLock.TryEnter(file));
            Assert.Equal(9, (await elsewhere.RunAsync(Cancel)).ExitCode);
        }

        Assert.Equal(0, (await elsewhere.RunAsync(Cancel)).ExitCode);
        File.Delete(file);
    }

    [Fact]
    public async Task AtAGateEndsWhenTheOtherProcessDies()
    {
        var file = Path.GetTempFileName();
        using var stop = new CancellationTokenSource();
        var inside = new TaskCompletionSource();
        var other = new Tool("flock", file, "sh", "-c", "echo in; sleep 300") { Line = _ => inside.TrySetResult() }.RunAsync(stop.Token);
        await inside.Task.WaitAsync(Cancel);
        var told = 0;
        var clock = Stopwatch.StartNew();
        using var gate = await FileLock.EnterAsync(file, null, Cancel, _ =>
        {
            told++;
            stop.Cancel(); // the other is killed, not asked
        });
        Assert.Equal(1, told);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 60);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
        File.Delete(file);
    }

    [Fact]
    public void AtAGateIsNoAnswerToAMissingFolder() => Assert.ThrowsAny<IOException>(() => FileLock.TryEnter("/nowhere/gate"));

    [Fact]
    public async Task AtAGateNamesWhoHasIt()
    {
        var file = Path.GetTempFileName();
        using var stop = new CancellationTokenSource();
        using (FileLock.TryEnter(file, "croft up"))
        {
            var said = "";
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FileLock.EnterAsync(file, "croft run", stop.Token, holder =>
                {
                    said = holder;
                    stop.Cancel();
                }));
            Assert.Equal($"process {Environment.ProcessId} (croft up)", said);
        }

        File.Delete(file);
        File.Delete(file + ".holder");
    }

    /// <summary>A folder under a file, which no user can have, root neither.</summary>
    [Theory]
    [InlineData("lab", "use a folder of your own, or have nobody give you this one")]
    [InlineData("lab/.croft", "sudo chown -R root {0}/lab/.croft; a croft that ran as nobody made it")]
    [InlineData(".cache/croft/images", "sudo chown -R root {0}/.cache/croft; a croft that ran as nobody made it")]
    public async Task InAFolderOfSomebodyElseGivesAwayWhatCroftMadeAlone(string refused, string hint)
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root makes folders of others");
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, refused);
        Directory.CreateDirectory(path);
        await new Tool("chown", "nobody", path).RunAsync(Cancel);
        var error = await FileFault.OfAsync(Path.Combine(path, "lock"), new UnauthorizedAccessException(), Cancel);
        Assert.Equal(string.Format(CultureInfo.InvariantCulture, hint, folder.Path), error.Hint);
    }

    [Fact]
    public async Task AtAGateThatCannotBeHadEndsAtOnce()
    {
        var file = Path.GetTempFileName();
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            FileLock.EnterAsync(file + "/.croft/lock", null, Cancel, _ => Assert.Fail("nobody has it"))
        );
        Assert.Contains(file, error.Message);
        File.Delete(file);
    }

    /// <summary>procfs is written by nobody.</summary>
    [Fact]
    public async Task AtAGateInAReadOnlyFolderEndsAtOnce()
    {
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            FileLock.EnterAsync("/proc/1/.croft/lock", null, Cancel, _ => Assert.Fail("nobody has it"))
        );
        Assert.Contains("/proc/1", error.Message);
    }
}
