using Croft.Engines;

namespace Croft.Guests;

/// <summary>Takes what a command is to read. A little goes with the command; more goes into a file of the guest, piece by piece.</summary>
/// <param name="folder">Of the file; made when it is needed.</param>
/// <param name="made">Called when that happens.</param>
sealed class AgentInput(IGuestAgent agent, string folder, Action made) : Stream
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    readonly MemoryStream held = new();
    long? open;

    /// <summary>The file; null when all goes with the command.</summary>
    public string? File => open is null ? null : folder + "/in";

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What goes with the command: all of it, or nothing.</summary>
    public async Task<ReadOnlyMemory<byte>> EndAsync(CancellationToken cancel)
    {
        if (open is not { } file)
            return held.ToArray();
        await SendAsync(file, cancel);
        await agent.CloseAsync(file, cancel);
        return default;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (held.Length == IGuestAgent.Piece)
                await SendAsync(open ??= await OpenAsync(cancellationToken), cancellationToken);
            var part = buffer[..Math.Min(buffer.Length, IGuestAgent.Piece - (int)held.Length)];
            held.Write(part.Span);
            buffer = buffer[part.Length..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        held.Dispose();
        base.Dispose(disposing);
    }

    async Task SendAsync(long file, CancellationToken cancel)
    {
        await agent.WriteAsync(file, held.GetBuffer().AsMemory(0, (int)held.Length), cancel);
        held.SetLength(0);
    }

    /// <summary>In a folder that others may not enter: agents make files that all may read.</summary>
    async Task<long> OpenAsync(CancellationToken cancel)
    {
        made();
        using var told = Tools.Waits.For("the guest agent");
        var process = await agent.StartAsync($"mkdir -p -m 700 {folder}", default, cancel);
        AgentExit? exit;
        while ((exit = await agent.ExitAsync(process, cancel)) is null)
            await Tools.Poll.DelayAsync(Pause, cancel);
        return exit.Code == 0
            ? (await agent.OpenAsync(folder + "/in", write: true, cancel))!.Value
            : throw CroftException.World($"the guest cannot make {folder}: {System.Text.Encoding.UTF8.GetString(exit.Error).Trim()}");
    }
}
