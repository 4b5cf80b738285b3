using System.Net.WebSockets;

namespace Croft.Lxd;

/// <summary>A stream of bytes over a websocket. An empty text says, either way, that no more comes.</summary>
/// <param name="held">What is there as long as the stream is, and goes with it; null is nothing.</param>
sealed class LxdStream(LxdSocket socket, IDisposable? held = null) : Stream
{
    readonly SemaphoreSlim writing = new(1);
    bool ended;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0; // who reads part by part asks so, too, and goes on
        while (!ended)
        {
            ValueWebSocketReceiveResult part;
            try
            {
                part = await socket.Web.ReceiveAsync(buffer, cancellationToken);
            }
            catch (Exception e) when (e is WebSocketException or IOException)
            {
                break; // it closed as it does: without a word
            }

            if (part.MessageType != WebSocketMessageType.Binary)
                break;
            if (part.Count > 0)
                return part.Count;
        }

        ended = true;
        return 0;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        await SendAsync(buffer, WebSocketMessageType.Binary, cancellationToken);

    /// <summary>Sends a word about the stream itself.</summary>
    public Task TellAsync(ReadOnlyMemory<byte> word, CancellationToken cancel) => SendAsync(word, WebSocketMessageType.Text, cancel);

    /// <summary>Says that no more comes.</summary>
    public Task EndAsync(CancellationToken cancel) => TellAsync(ReadOnlyMemory<byte>.Empty, cancel);

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        // What is written is sent.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Dispose();
            held?.Dispose();
            writing.Dispose();
        }

        base.Dispose(disposing);
    }

    async Task SendAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type, CancellationToken cancel)
    {
        await writing.WaitAsync(cancel);
        try
        {
            await socket.Web.SendAsync(bytes, type, endOfMessage: true, cancel);
        }
        catch (WebSocketException e)
        {
            throw new IOException(e.Message, e);
        }
        finally
        {
            writing.Release();
        }
    }
}
