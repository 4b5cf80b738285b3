using Croft.Tools;

namespace Croft.Guests;

/// <summary>
/// A shell in a guest that was found ready by it. It waits for one command, which saves the guest another session; an emulated one takes a
/// tenth of a
/// second for that. Disposed without a command, it ends.
/// </summary>
public interface IGuestShell : IAsyncDisposable
{
    /// <summary>What the guest says of its own first boot; null when that went well, or nobody knows.</summary>
    string? Complaint => null;

    /// <summary>Runs the one command, of one line, to its end. The exit code is 255 when the connection failed.</summary>
    Task<ToolResult> RunAsync(GuestCommand command, CancellationToken cancel);
}
