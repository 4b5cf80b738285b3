using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Croft.Guests;

/// <summary>
/// Runs commands of Ansible's, which knows no hypervisor, in guests that are reached by their hypervisor's channel. It asks over a socket
/// that only the user may open: frames of a length and bytes, first what to run and then its input; those that come back begin with what
/// they are.
/// </summary>
/// <param name="folder">Of the socket.</param>
/// <param name="guestOf">The guest of a machine, by the name that the inventory gave it; null when it cannot be reached so.</param>
sealed class ChannelDesk(string folder, Func<string, ChannelGuest?> guestOf) : IDisposable
{
    /// <summary>The variable that names the socket.</summary>
    public const string Variable = "CROFT_CHANNEL";

    const int Longest = 4 << 20;
    const int Block = 1 << 16;

    readonly PrivateSocket socket = new(folder, "way", (stream, cancel) => AnswerAsync(stream, guestOf, cancel));

    enum Said : byte
    {
        Code,
        Output,
        Error,
        Refusal,
    }

    public Dictionary<string, string?> Environment() => new() { [Variable] = socket.Open() };

    static async Task AnswerAsync(NetworkStream stream, Func<string, ChannelGuest?> guestOf, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var answer = new Answers(stream);
        if (await FrameAsync(stream, cancel) is not { } frame || Read(frame) is not var (machine, text))
            return;
        Said kind;
        string words;
        try
        {
            var guest = guestOf(machine)
                ?? throw CroftException.World($"machine \"{machine}\" does not run, or has no channel", "croft ls shows what runs");
            var code = await guest.ExecAsync(
                text,
                (input, stop) => FeedAsync(stream, input, over.CancelAsync, stop),
                (output, stop) => answer.PassAsync(Said.Output, output, stop),
                (output, stop) => answer.PassAsync(Said.Error, output, stop),
                over.Token
            );
            (kind, words) = (Said.Code, code.ToString(CultureInfo.InvariantCulture));
        }
        catch (CroftException e)
        {
            (kind, words) = (Said.Refusal, e.Message);
        }

        await answer.TellAsync(kind, Encoding.UTF8.GetBytes(words), over.Token);
    }

    static async Task FeedAsync(NetworkStream stream, Stream input, Func<Task> end, CancellationToken cancel)
    {
        try
        {
            while (await FrameAsync(stream, cancel) is { Length: > 0 } block)
                await input.WriteAsync(block, cancel);
        }
        finally
        {
            _ = WatchAsync(stream, end, cancel); // who asked may go before its command ends
        }
    }

    static async Task WatchAsync(NetworkStream stream, Func<Task> end, CancellationToken cancel)
    {
        try
        {
            var unread = new byte[Block];
            while (await stream.ReadAsync(unread, cancel) > 0)
                continue;
            await end();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The command has ended.
        }
    }

    static (string Machine, string Text)? Read(byte[] frame)
    {
        try
        {
            return
                JsonNode.Parse(frame) is JsonObject asked && (string?)asked["machine"] is { } machine && (string?)asked["text"] is { } text
                ? (machine, text)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Null when whoever asks has gone, or says nonsense.</summary>
    static async Task<byte[]?> FrameAsync(Stream stream, CancellationToken cancel)
    {
        var head = new byte[sizeof(int)];
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel) < head.Length)
            return null;
        var length = BinaryPrimitives.ReadInt32BigEndian(head);
        if (length is < 0 or > Longest)
            return null;
        var content = new byte[length];
        return await stream.ReadAtLeastAsync(content, length, throwOnEndOfStream: false, cancel) < length ? null : content;
    }

    public void Dispose() => socket.Dispose();

    /// <summary>What goes back, one frame after the other.</summary>
    sealed class Answers(Stream stream) : IDisposable
    {
        readonly SemaphoreSlim gate = new(1);

        public async Task PassAsync(Said what, Stream output, CancellationToken cancel)
        {
            var buffer = new byte[Block];
            while (await output.ReadAsync(buffer, cancel) is var count and > 0)
                await TellAsync(what, buffer.AsMemory(0, count), cancel);
        }

        public async Task TellAsync(Said what, ReadOnlyMemory<byte> content, CancellationToken cancel)
        {
            var all = new byte[1 + sizeof(int) + content.Length];
            all[0] = (byte)what;
            BinaryPrimitives.WriteInt32BigEndian(all.AsSpan(1), content.Length);
            content.CopyTo(all.AsMemory(1 + sizeof(int)));
            await gate.WaitAsync(cancel);
            try
            {
                await stream.WriteAsync(all, cancel);
            }
            finally
            {
                gate.Release();
            }
        }

        public void Dispose() => gate.Dispose();
    }
}
