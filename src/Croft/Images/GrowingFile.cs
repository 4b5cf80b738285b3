namespace Croft.Images;

/// <summary>A file that one writes while others read it from its beginning. It may begin anew; then they have to, too.</summary>
sealed class GrowingFile(string path)
{
    readonly Lock gate = new();
    TaskCompletionSource changed = New();
    long length;
    int beginning;
    bool isWhole;

    /// <summary>A file that is whole already.</summary>
    public static GrowingFile Of(string path)
    {
        var file = new GrowingFile(path);
        file.Grown(new FileInfo(path).Length);
        file.Whole();
        return file;
    }

    /// <summary>So many bytes of it are there.</summary>
    public void Grown(long to) => Change(() => length = to);

    /// <summary>Nothing of it is there any more: what comes is another file.</summary>
    public void BeginAnew() => Change(() => (length, beginning, isWhole) = (0, length > 0 ? beginning + 1 : beginning, false));

    /// <summary>No more comes.</summary>
    public void Whole() => Change(() => isWhole = true);

    /// <summary>Whether it was another file before.</summary>
    public bool HasBegunAnew => State.Beginning > 0;

    /// <summary>Opens it for one reader, whose reading waits for what is not there yet.</summary>
    public Stream Open() => new Reader(this);

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    void Change(Action change)
    {
        TaskCompletionSource before;
        lock (gate)
        {
            change();
            (before, changed) = (changed, New());
        }

        before.TrySetResult();
    }

    (long Length, int Beginning, bool IsWhole, Task Changed) State
    {
        get
        {
            lock (gate)
                return (length, beginning, isWhole, changed.Task);
        }
    }

    sealed class Reader(GrowingFile file) : Stream
    {
        readonly int beginning = file.State.Beginning;
        FileStream? open;
        long position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => position;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (true)
            {
                var (length, now, isWhole, changed) = file.State;
                if (now != beginning)
                    throw new BeganAnewException();
                if (position < length)
                {
                    open ??= new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
                    var read = await open.ReadAsync(buffer[..(int)Math.Min(buffer.Length, length - position)], cancellationToken);
                    position += read;
                    return read > 0 ? read : throw new BeganAnewException(); // it was cut off meanwhile
                }

                if (isWhole)
                    return 0;
                await changed.WaitAsync(cancellationToken);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            open?.Dispose();
            base.Dispose(disposing);
        }
    }

    string Path => path;
}

/// <summary>What was read so far is not the beginning of the file any more.</summary>
#pragma warning disable CA1064 // never leaves Images
sealed class BeganAnewException() : Exception("the file began anew while it was read");
#pragma warning restore CA1064
