using Croft.Tools;

namespace Croft.Guests;

/// <summary>In place of a waiting shell, where one more command costs little.</summary>
sealed class PlainShell(IGuest guest, string complaint) : IGuestShell
{
    /// <inheritdoc/>
    public string? Complaint => ReadyShell.OneLine(complaint);

    /// <inheritdoc/>
    public Task<ToolResult> RunAsync(GuestCommand command, CancellationToken cancel) => guest.RunAsync(command, cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
