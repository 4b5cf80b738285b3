namespace Croft.Libvirt;

/// <summary>
/// A console's bytes. One thread may read while another writes; disposing on a third ends both. Reads return 0 at the end.
/// </summary>
public sealed unsafe class LibvirtStream : Stream
{
    readonly StreamHandle handle;
    readonly object gate = new();
    int awaited = StreamError | StreamHangup;
    bool closed;

    // The stream is non-blocking: a blocking read would hold on after an abort. A side that has to wait asks the event thread to wake it
    // once.
    internal LibvirtStream(StreamHandle handle)
    {
        this.handle = handle;
        var self = GCHandle.Alloc(this);
        if (virStreamEventAddCallback(handle, awaited, &OnEvent, GCHandle.ToIntPtr(self), &Callback.Free) < 0)
        {
            var error = LastError();
            self.Free();
            _ = virStreamAbort(handle);
            throw error;
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => !closed;

    /// <inheritdoc/>
    public override bool CanWrite => !closed;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        fixed (byte* data = buffer)
        {
            lock (gate)
            {
                while (!closed && !buffer.IsEmpty)
                {
                    var count = virStreamRecv(this.handle, data, (nuint)buffer.Length);
                    if (count != StreamWouldBlock)
                        return Checked(count);
                    WaitFor(StreamReadable);
                }
            }
        }
        return 0;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (gate)
        {
            while (!buffer.IsEmpty)
            {
                ObjectDisposedException.ThrowIf(closed, this);
                int count;
                fixed (byte* data = buffer)
                    count = virStreamSend(this.handle, data, (nuint)buffer.Length);
                if (count == StreamWouldBlock)
                    WaitFor(StreamWritable);
                else
                    buffer = buffer[Checked(count)..];
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Ends the stream and whoever reads or writes.</summary>
    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            if (disposing && !closed)
            {
                closed = true;
                _ = virStreamEventRemoveCallback(this.handle);
                _ = virStreamAbort(this.handle);
                this.handle.Dispose();
                Monitor.PulseAll(gate);
            }
        }
        base.Dispose(disposing);
    }

    // Leaves the gate open while waiting.
    void WaitFor(int side)
    {
        awaited |= side;
        Checked(virStreamEventUpdateCallback(this.handle, awaited));
        Monitor.Wait(gate);
    }

    void Wake(int events)
    {
        lock (gate)
        {
            if (closed)
                return;
            // What happened is no longer awaited, or the event thread would spin until somebody reads.
            awaited &= ~events;
            Monitor.PulseAll(gate);
            Checked(virStreamEventUpdateCallback(this.handle, awaited));
        }
    }

    [UnmanagedCallersOnly]
    static void OnEvent(nint stream, int events, nint opaque)
    {
        try
        {
            Callback.Target<LibvirtStream>(opaque).Wake(events);
        }
        catch (LibvirtException)
        {
            // The next read or write meets the same error and throws it there.
        }
    }
}
