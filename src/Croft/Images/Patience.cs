using System.Net.Sockets;

namespace Croft.Images;

/// <summary>Something of the network went wrong that another try may mend.</summary>
#pragma warning disable CA1064 // never leaves Download
sealed class TransferException(string message, bool isUnnamed = false) : Exception(message)
{
    /// <summary>Whether a host's name has no address, which costs ten seconds each time and hardly changes.</summary>
    public bool IsUnnamed => isUnnamed;

    /// <summary>How long the server wants to be left alone; null when it does not say.</summary>
    public TimeSpan? After { get; init; }
}
#pragma warning restore CA1064

/// <summary>
/// Bounds each single step of a transfer, and tells three endings apart: the caller's cancel, its own time over, the network's failure.
/// </summary>
sealed class Patience(TimeSpan limit, TimeProvider time, CancellationToken cancel) : IDisposable
{
    static readonly SocketError[] Unnamed = [SocketError.HostNotFound, SocketError.TryAgain, SocketError.NoData, SocketError.NoRecovery];

    readonly CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancel);

    /// <summary>The caller's token.</summary>
    public CancellationToken Cancel => cancel;

    /// <summary>Does one step.</summary>
    /// <exception cref="TransferException">The time was over, or the network failed.</exception>
    public async Task<T> ForAsync<T>(Func<CancellationToken, Task<T>> step, string silence)
    {
        await using var timer = time.CreateTimer(_ => source.Cancel(), null, limit, Timeout.InfiniteTimeSpan);
        try
        {
            return await step(source.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TransferException($"{silence} for {limit.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or SocketException)
        {
            throw (e as SocketException ?? e.InnerException as SocketException) is { SocketErrorCode: var code } && Unnamed.Contains(code)
                ? new TransferException("its host's name has no address here: the name is wrong, or there is no way to the internet", true)
                : new TransferException((e.InnerException ?? e).Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}
