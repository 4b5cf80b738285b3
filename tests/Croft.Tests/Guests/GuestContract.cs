using Croft.Guests;

namespace Croft.Tests.Guests;

/// <summary>What every way into a guest does: run, hand bytes in and out, say whether it is there, close.</summary>
public abstract class GuestContract
{
    /// <summary>Has a guest used that runs.</summary>
    /// <param name="use">Takes the guest, and what makes it go away.</param>
    protected abstract Task OnAsync(Func<IGuest, Func<Task>, Task> use);

    protected abstract TimeProvider Clock { get; }

    /// <summary>Whether there is nothing to close.</summary>
    protected virtual bool HasNoConnection => false;

    /// <summary>What its greeting begins with.</summary>
    protected virtual string Greeting => "SSH-";

    static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public Task GreetsAndIsReady() =>
        OnAsync(
            async (guest, _) =>
            {
                Assert.StartsWith(Greeting, await guest.GreetingAsync(_ => { }, Cancel), StringComparison.Ordinal);
                Assert.Null(await guest.TryReadyAsync(Clock, Cancel));
            }
        );

    [Fact]
    public Task IsConnectedUntilItIsClosed() =>
        OnAsync(
            async (guest, _) =>
            {
                Assert.Null(await guest.TryReadyAsync(Clock, Cancel));
                Assert.True(await guest.IsConnectedAsync(Cancel));
                await guest.CloseAsync(Cancel);
                Assert.Equal(HasNoConnection, await guest.IsConnectedAsync(Cancel));
                await guest.CloseAsync(Cancel);
            }
        );

    [Fact]
    public Task RunsACommandAndHandsOnWhatItSays() =>
        OnAsync(
            async (guest, _) =>
            {
                Assert.Equal(0, (await guest.RunAsync(new("true"), Cancel)).ExitCode);
                var bytes = 0L;
                var read = new GuestCommand("head -c 1024 /dev/zero")
                {
                    Output = async (stream, stop) => bytes = await LengthAsync(stream, stop),
                };
                Assert.Equal(0, (await guest.RunAsync(read, Cancel)).ExitCode);
                Assert.Equal(1024, bytes);
                await guest.SyncAsync(Cancel);
            }
        );

    [Fact]
    public Task RunsACommandInTheShellThatWasFoundReady() =>
        OnAsync(
            async (guest, _) =>
            {
                var (shell, refusal) = await guest.TryOpenAsync(Clock, Cancel);
                Assert.Null(refusal);
                await using (shell)
                    Assert.Equal(0, (await shell!.RunAsync(new("true"), Cancel)).ExitCode);
            }
        );

    [Fact]
    public Task SaysThatItIsNotThereAndDoesNotThrow() =>
        OnAsync(
            async (guest, leave) =>
            {
                await leave();
                Assert.False(await guest.IsConnectedAsync(Cancel));
                Assert.Equal(255, (await guest.RunAsync(new("true"), Cancel)).ExitCode);
                Assert.NotNull(await guest.TryReadyAsync(Clock, Cancel));
            }
        );

    static async Task<long> LengthAsync(Stream stream, CancellationToken cancel)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, cancel);
        return all.Length;
    }
}
