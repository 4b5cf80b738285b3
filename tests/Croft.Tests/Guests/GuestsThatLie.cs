using System.Collections.Concurrent;
using System.Diagnostics;
using Croft.Farms;
using Croft.Guests;
using Croft.Lifecycle;
using Croft.Phases;
using Croft.Tests.Simulated;
using Croft.Tools;

namespace Croft.Tests.Guests;

/// <summary>
/// Whatever a guest's programs say, or do not: what is asked of it ends within its bound, in a result or an error for people, in bounded
/// memory, and no file
/// but the run's own is touched.
/// </summary>
public sealed class GuestsThatLie(LyingSshd sshd) : IClassFixture<LyingSshd>
{
    /// <summary>All limits that the operations have here.</summary>
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>For limits that follow each other, and a machine that is busy.</summary>
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    const int AtOnce = 8;
    const int LongestMessage = 12_000;
    const long LogLimit = 1 << 20;

    readonly HastyClock clock = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static bool IsAll => Environment.GetEnvironmentVariable("CROFT_TEST_ALL") == "1";

    [Fact]
    public async Task AreOutlived()
    {
        using var farm = await SimulatedFarm.MakeAsync(
            1,
            1,
            "  list: [ { name: a, platform: p } ]",
            [("main.sh", "echo said")],
            project: $"log_limit: {LogLimit >> 20}MiB, timeouts: {{ main: 10s }}"
        );
        using var phase = await LyingPhase.MakeAsync(farm, clock);
        var before = Directory.GetFiles(sshd.Folder).Order().ToList();
        var complaints = new ConcurrentQueue<string>();
        var most = 0L;
        await using (
            TimeProvider.System.CreateTimer(
                _ => most = Math.Max(most, GC.GetTotalMemory(false)),
                null,
                TimeSpan.Zero,
                TimeSpan.FromMilliseconds(50)
            )
        )
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancel };
            var cases =
                from lie in IsAll ? Lies.All() : Lies.Few()
                from operation in Operations(phase)
                where lie.Of.Length == 0 || lie.Of.Contains(operation.Name)
                select (lie, operation);
            await Parallel.ForEachAsync(cases, options, async (c, _) =>
            {
                if (await TryAsync(c.lie.Text, c.operation.Do) is { } complaint)
                    complaints.Enqueue($"{c.operation.Name}, {c.lie.Name}: {complaint}");
            });
        }

        Assert.Empty(complaints);
        Assert.Equal(before, Directory.GetFiles(sshd.Folder).Order());
        Assert.InRange(most, 0, 600L << 20);
    }

    IEnumerable<(string Name, Func<Guest, Task> Do)> Operations(LyingPhase phase)
    {
        yield return ("readiness", async guest =>
        {
            using var readiness = new Readiness("a", guest, new(WaitKind.Ssh), "here", TimeProvider.System, Bounded, () =>
                Task.FromResult("")
            );
            await readiness.WaitAsync(running: true, Limit, Cancel);
            await readiness.Shell!.DisposeAsync();
        });
        yield return ("a phase", guest => phase.RunAsync(guest, null, Bounded, Cancel));
        yield return ("a phase in the first shell", async guest =>
        {
            using var late = new CancellationTokenSource(Limit);
            try
            {
                var (shell, refusal) = await guest.TryOpenAsync(TimeProvider.System, late.Token);
                Bounded(refusal ?? "");
                if (shell is not null)
                    await phase.RunAsync(guest, shell, Bounded, Cancel);
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested)
            {
                // Readiness says that it was late.
            }
        });
        yield return ("artifacts", guest =>
            ArtifactFetch.FetchAsync(guest, ["/etc/host*"], Path.Combine(phase.Folder, guest.Access.Name), Bounded, Cancel, Limit)
        );
        yield return ("a clean-up", guest => PhaseMark.EndAsync(guest, "none", clock));
        yield return ("what is left", async guest => Bounded(await PhaseMark.LeftAsync(guest, "none", clock, Cancel)));
        yield return ("sync", guest => guest.SyncAsync(Cancel));
        yield return ("exec", async guest =>
        {
            using var interrupted = new CancellationTokenSource(Limit);
            try
            {
                await (
                    guest.Ssh(["-o", "BatchMode=yes", "-T"], "true") with
                    {
                        Line = line => Assert.InRange(line.Length, 0, 1 << 16),
                    }
                ).RunAsync(interrupted.Token);
            }
            catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
            {
                // By the user.
            }
        });
    }

    /// <summary>Null when it went as it should.</summary>
    async Task<string?> TryAsync(string lie, Func<Guest, Task> operation)
    {
        var guest = sshd.GuestOf(lie);
        var time = Stopwatch.StartNew();
        var doing = operation(guest);
        try
        {
            if (await Task.WhenAny(doing, Poll.DelayAsync(Bound, Cancel)) != doing)
                return $"hangs after {time.Elapsed.TotalSeconds:0} s";
            await doing;
        }
        catch (CroftException e) when (e.Message.Length <= LongestMessage && !e.Message.Any(c => char.IsControl(c) && c != '\n'))
        {
            // As it should be.
        }
        catch (Exception e)
        {
            return e.ToString() is { Length: > 2000 } text ? $"{text[..2000]}… ({text.Length})" : e.ToString();
        }
        finally
        {
            await sshd.EndAsync(guest);
        }

        return null;
    }

    static void Bounded(string text) =>
        Assert.False(
            text.Length > LongestMessage || text.Any(c => char.IsControl(c) && c != '\n'),
            $"{text.Length} characters, or control characters"
        );
}
