using Croft.Guests;
using Croft.Tools;

namespace Croft.Tests.Guests;

/// <summary>This host in a guest's place: commands reach a login shell of the test's choice as ssh would hand them over.</summary>
/// <param name="greeting">What that shell runs first.</param>
sealed class GuestOfThisHost(string shell = "sh", string greeting = "") : IGuest
{
    /// <summary>What every command begins with.</summary>
    public string Before { get; init; } = "";

    /// <summary>By when that shell has to begin what it is told.</summary>
    public TimeSpan? Patience { get; init; }

    public GuestAccess Access => throw new NotSupportedException();

    public Task<ToolResult> RunAsync(GuestCommand command, CancellationToken cancel) =>
        Answer.RunAsync(
            command with
            {
                Text = Before + command.Text,
            },
            (answer, stop) =>
                new Tool(shell, "-c", greeting + answer.Text) { Input = answer.Input, Output = answer.ReadAsync }.RunAsync(stop),
            cancel,
            Patience
        );

    public Task<string> GreetingAsync(Action<string> seen, CancellationToken cancel) => throw new NotSupportedException();

    public Task PortAsync(int port, Action<string> seen, CancellationToken cancel) => throw new NotSupportedException();

    public Task<(IGuestShell? Shell, string? Refusal)> TryOpenAsync(TimeProvider clock, CancellationToken cancel) =>
        ReadyShell.TryOpenAsync(this, clock, cancel);

    public Task<string?> SyncAsync(CancellationToken cancel) => throw new NotSupportedException();

    public Task<bool> IsConnectedAsync(CancellationToken cancel) => throw new NotSupportedException();

    public Task CloseAsync(CancellationToken cancel) => throw new NotSupportedException();
}
