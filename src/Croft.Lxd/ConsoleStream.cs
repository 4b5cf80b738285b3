namespace Croft.Lxd;

/// <summary>A console, which is held as long as its control is.</summary>
sealed class ConsoleStream(LxdStream data, LxdStream control) : Stream
{
    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => data.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => data.Write(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        data.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        data.WriteAsync(buffer, cancellationToken);

    public override void Flush() => data.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            data.Dispose();
            control.Dispose();
        }

        base.Dispose(disposing);
    }
}
