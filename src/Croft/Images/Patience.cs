namespace Croft.Images;

/// <summary>Something of the network went wrong that another try may mend.</summary>
#pragma warning disable CA1064 // never leaves Download
sealed class TransferException(string message) : Exception(message);
#pragma warning restore CA1064

/// <summary>
/// Bounds each single step of a transfer, and tells three endings apart: the caller's cancel, its own time over, the network's failure.
/// </summary>
sealed class Patience(TimeSpan limit, TimeProvider time, CancellationToken cancel) : IDisposable
{
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
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TransferException((e.InnerException ?? e).Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}
