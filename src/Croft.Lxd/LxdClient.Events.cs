using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;

namespace Croft.Lxd;

sealed partial class LxdClient
{
    /// <summary>Events are small; what is larger is not one that anybody waits for.</summary>
    const int FirstBuffer = 64 << 10;

    /// <summary>What has ended has this or more; what has ended well has this.</summary>
    const int Ended = 200;

    /// <summary>So long no member of a cluster is asked after.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    readonly CancellationTokenSource closing = new();
    readonly SemaphoreSlim opening = new(1);
    readonly ConcurrentDictionary<string, TaskCompletionSource<Operation>> operations = new(StringComparer.Ordinal);
    LxdSocket? events;

    /// <summary>Tells what happens to instances: what, and to which. From a thread of its own, so who hears it returns at once.</summary>
    public event Action<string, string>? Happened;

    /// <summary>Tells that nothing more will be heard.</summary>
    public event Action? Lost;

    /// <summary>Whether the stream of events broke.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Listens, from now on, to all that happens.</summary>
    public async Task ListenAsync(CancellationToken cancel)
    {
        if (events is not null)
            return;
        await opening.WaitAsync(cancel);
        try
        {
            if (events is not null)
                return;
            var socket = await ConnectAsync("1.0/events?type=operation,lifecycle", cancel);
            events = socket;
            _ = Task.Run(() => HearAsync(socket.Web), CancellationToken.None);
        }
        finally
        {
            opening.Release();
        }
    }

    /// <summary>Waits for the end of an operation.</summary>
    /// <exception cref="LxdException">It failed.</exception>
    public async Task<Operation> WaitAsync(Operation begun, CancellationToken cancel) =>
        await EndAsync(begun, cancel) is var end && end.StatusCode == Ended ? end : throw FailureOf(end);

    static LxdException FailureOf(Operation operation) =>
        new(operation.Err is { Length: > 0 } words ? words : operation.Status ?? "failed", operation.StatusCode);

    /// <summary>The same, whatever its end is.</summary>
    async Task<Operation> EndAsync(Operation begun, CancellationToken cancel)
    {
        var end = EndOf(begun.Id);
        if (IsLost)
            end.TrySetException(new LxdException("the connection broke", 0));
        try
        {
            if (begun.Location is null or "" or "none")
                return await end.Task.WaitAsync(cancel);
            while (true)
            {
                try
                {
                    return await end.Task.WaitAsync(Patience, cancel);
                }
                catch (TimeoutException)
                {
                    await RequireAsync(begun.Location, cancel);
                }
            }
        }
        finally
        {
            operations.TryRemove(begun.Id, out _);
        }
    }

    /// <summary>Nobody tells the end of an operation whose member is gone.</summary>
    async Task RequireAsync(string member, CancellationToken cancel)
    {
        var there = await GetAsync($"1.0/cluster/members/{Uri.EscapeDataString(member)}", LxdJson.Default.Member, cancel);
        if (string.Equals(there.Status, "Offline", StringComparison.OrdinalIgnoreCase))
            throw new LxdException($"member {member} of the cluster is down", (int)HttpStatusCode.ServiceUnavailable);
    }

    /// <summary>Connects a stream of bytes to a part of an operation.</summary>
    /// <param name="held">What goes with the stream.</param>
    public async Task<LxdStream> OpenAsync(string operation, string secret, CancellationToken cancel, IDisposable? held = null) =>
        new(await ConnectAsync($"1.0/operations/{operation}/websocket?secret={Uri.EscapeDataString(secret)}", cancel), held);

    async Task<LxdSocket> ConnectAsync(string path, CancellationToken cancel)
    {
        var own = shared is null ? Connection() : null;
        var socket = new LxdSocket(new ClientWebSocket(), own);
        socket.Web.Options.KeepAliveInterval = KeepAlive;
        try
        {
            var address = new UriBuilder(AddressOf(path)) { Scheme = shared is null ? "ws" : "wss" }.Uri;
            await socket.Web.ConnectAsync(address, own ?? shared!, cancel);
            return socket;
        }
        catch (WebSocketException e)
        {
            socket.Dispose();
            throw new LxdException(WordsOf(e), 0, e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>An end may be told before anybody knows of its operation.</summary>
    TaskCompletionSource<Operation> EndOf(string id) =>
        operations.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    async Task HearAsync(ClientWebSocket socket)
    {
        var buffer = new byte[FirstBuffer];
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    if (length == buffer.Length)
                        Array.Resize(ref buffer, buffer.Length * 2);
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), closing.Token);
                    length += part.Count;
                } while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close)
                    break;
                Hear(buffer.AsSpan(0, length));
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Told below.
        }

        IsLost = true;
        foreach (var end in operations.Values)
            end.TrySetException(new LxdException("the connection broke", 0));
        if (!closing.IsCancellationRequested)
            Lost?.Invoke();
    }

    void Hear(ReadOnlySpan<byte> text)
    {
        Event? heard;
        try
        {
            heard = JsonSerializer.Deserialize(text, LxdJson.Default.Event);
        }
        catch (JsonException)
        {
            return;
        }

        if (heard?.Metadata is not { } said)
            return;
        if (heard.Type == "operation" && said.Deserialize(LxdJson.Default.Operation) is { StatusCode: >= Ended } ended)
            EndOf(ended.Id).TrySetResult(ended);
        else if (
            heard.Type == "lifecycle"
            && said.Deserialize(LxdJson.Default.LifecycleEvent) is { Action: { } action, Source: { } source }
        )
            Happened?.Invoke(action, NameIn(source));
    }
}
