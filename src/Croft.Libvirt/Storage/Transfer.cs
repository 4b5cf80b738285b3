using System.Buffers;

namespace Croft.Libvirt;

/// <summary>Moves the bytes of a volume over a blocking stream, holes apart.</summary>
static unsafe class Transfer
{
    const int BufferSize = 1 << 20;

    // The size of run that is worth a hole; a cluster of qcow2.
    const int HoleSize = 1 << 16;

    // What one message of libvirt's protocol carries; more would be an error with some daemons.
    const int MessageSize = 262_120;

    /// <summary>Finishes the stream, or aborts it so that nothing on either side waits for the rest.</summary>
    internal static void Run(StreamHandle stream, Action move)
    {
        try
        {
            move();
            Checked(virStreamFinish(stream));
        }
        catch
        {
            _ = virStreamAbort(stream);
            throw;
        }
    }

    internal static void Send(StreamHandle stream, Stream source, ulong length, bool sparse, Action<long>? progress)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long done = 0,
                hole = 0;
            while (true)
            {
                var want = length == 0 ? BufferSize : (int)Math.Min(BufferSize, length - (ulong)done);
                var count = source.ReadAtLeast(buffer.AsSpan(0, want), want, throwOnEndOfStream: false);
                if (count == 0)
                    break;
                for (var start = 0; start < count; )
                {
                    var run = Math.Min(HoleSize, count - start);
                    var zero = sparse && IsZero(buffer.AsSpan(start, run));
                    while (
                        start + run < count && sparse && IsZero(buffer.AsSpan(start + run, Math.Min(HoleSize, count - start - run))) == zero
                    )
                        run += Math.Min(HoleSize, count - start - run);
                    if (!sparse)
                        run = count - start;
                    if (zero)
                        hole += run;
                    else
                    {
                        SendHole(stream, ref hole);
                        SendAll(stream, buffer.AsSpan(start, run));
                    }
                    start += run;
                }
                done += count;
                progress?.Invoke(done);
            }
            SendHole(stream, ref hole);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    internal static void Receive(StreamHandle stream, Stream target, bool sparse, Action<long>? progress)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MessageSize);
        try
        {
            long done = 0;
            var endsInHole = false;
            while (true)
            {
                int count;
                fixed (byte* data = buffer)
                    count = virStreamRecvFlags(stream, data, MessageSize, sparse ? StreamRecvStopAtHole : 0);
                if (count == StreamAtHole)
                {
                    Checked(virStreamRecvHole(stream, out var hole, 0));
                    Skip(target, hole);
                    done += hole;
                    endsInHole = true;
                }
                else if (Checked(count) == 0)
                    break;
                else
                {
                    target.Write(buffer, 0, count);
                    done += count;
                    endsInHole = false;
                }
                progress?.Invoke(done);
            }
            if (endsInHole && target.CanSeek && target.Length < target.Position)
                target.SetLength(target.Position);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);

    static void SendAll(StreamHandle stream, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            fixed (byte* data = bytes)
                bytes = bytes[Checked(virStreamSend(stream, data, (nuint)Math.Min(bytes.Length, MessageSize)))..];
        }
    }

    static void SendHole(StreamHandle stream, ref long length)
    {
        if (length > 0)
            Checked(virStreamSendHole(stream, length, 0));
        length = 0;
    }

    static void Skip(Stream target, long length)
    {
        if (target.CanSeek)
        {
            target.Seek(length, SeekOrigin.Current);
            return;
        }
        ReadOnlySpan<byte> zeros = new byte[(int)Math.Min(length, HoleSize)];
        for (; length > 0; length -= Math.Min(length, zeros.Length))
            target.Write(zeros[..(int)Math.Min(length, zeros.Length)]);
    }
}
