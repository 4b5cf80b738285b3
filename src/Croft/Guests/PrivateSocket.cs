using System.Net.Sockets;

namespace Croft.Guests;

/// <summary>A socket in a folder that only the user may enter, where other programs of this user ask this one.</summary>
/// <param name="name">Begins its name.</param>
/// <param name="answer">Answers one that asks; what it throws as the world's is that one's loss.</param>
sealed class PrivateSocket(string folder, string name, Func<NetworkStream, CancellationToken, Task> answer) : IDisposable
{
    static int count;

    readonly CancellationTokenSource closed = new();
    readonly Lock gate = new();
    Socket? listener;
    string? path;
    bool isClosed;

    /// <summary>Listens from now on. Returns its path.</summary>
    public string Open()
    {
        lock (gate)
        {
            if (path is not null)
                return path;
            SshConfig.MakeSockets(folder);
            var next = Path.Combine(folder, $"{name}-{Environment.ProcessId}-{Interlocked.Increment(ref count)}");
            File.Delete(next); // of a process of this number that was killed
            listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(next));
            File.SetUnixFileMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen();
            _ = ListenAsync(listener);
            return path = next;
        }
    }

    async Task ListenAsync(Socket at)
    {
        try
        {
            while (true)
                _ = AnswerAsync(await at.AcceptAsync(closed.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    async Task AnswerAsync(Socket client)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            await answer(stream, closed.Token);
        }
        catch (Exception e) when (e is CroftException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Who asked hears nothing more.
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref isClosed, true))
            return;
        closed.Cancel();
        closed.Dispose();
        listener?.Dispose();
        if (path is not null)
            File.Delete(path);
    }
}
