using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Croft.Tests.Images;

/// <summary>A real HTTP/1.1 server on the loopback that can misbehave in the ways of real ones. One response per connection.</summary>
sealed class FileServer : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stop = new();

    public FileServer()
    {
        listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>What is at a path.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>Where a path redirects to.</summary>
    public ConcurrentDictionary<string, string> Redirects { get; } = new();

    /// <summary>All requests so far: path and the value of Range.</summary>
    public ConcurrentQueue<(string Path, string? Range)> Requests { get; } = new();

    /// <summary>The connection of the n-th request (from 0) of a file ends after so many bytes of the body; null sends all.</summary>
    public Func<int, int?> CutAfter { get; set; } = _ => null;

    /// <summary>At the cut the server falls silent instead of closing.</summary>
    public bool Stalls { get; set; }

    /// <summary>What the answers that are files say in place of their length.</summary>
    public string? Framing { get; set; }

    public bool IgnoresRange { get; set; }

    /// <summary>The status of the n-th request of a file, when it is not a success.</summary>
    public Func<int, int?> Fails { get; set; } = _ => null;

    /// <summary>How long a failure says that the server wants to be left alone.</summary>
    public string? RetryAfter { get; set; }

    public Func<int, string?> ETag { get; set; } = _ => "\"one\"";

    public Uri Url(string path) => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}{path}");

    public int Count(string path) => Requests.Count(request => request.Path == path);

    /// <summary>Puts a file and the digest of it beside.</summary>
    public Uri Put(string path, byte[] content)
    {
        Files[path] = content;
        Files[path + ".sha256"] = Encoding.ASCII.GetBytes(
            $"{Convert.ToHexStringLower(SHA256.HashData(content))}  {path[(path.LastIndexOf('/') + 1)..]}\n"
        );
        return Url(path);
    }

    async Task AcceptAsync()
    {
        var token = stop.Token;
        while (!token.IsCancellationRequested)
        {
            var client = await listener.AcceptTcpClientAsync(token);
            _ = Task.Run(() => AnswerAsync(client));
        }
    }

    async Task AnswerAsync(TcpClient client)
    {
        using var held = client;
        await using var stream = client.GetStream();
        var reader = new StreamReader(stream, Encoding.ASCII);
        var path = (await reader.ReadLineAsync())!.Split(' ')[1];
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
        var n = Count(path);
        Requests.Enqueue((path, headers.GetValueOrDefault("Range")));
        if (Redirects.TryGetValue(path, out var target))
            await SendAsync(stream, $"302 Found\r\nLocation: {target}", Array.Empty<byte>());
        else if (!Files.TryGetValue(path, out var content))
            await SendAsync(stream, "404 Not Found", Array.Empty<byte>());
        else if (path.EndsWith(".sha256", StringComparison.Ordinal))
            await SendAsync(stream, "200 OK", content);
        else if (Fails(n) is { } status)
            await SendAsync(stream, $"{status} No{(RetryAfter is { } after ? $"\r\nRetry-After: {after}" : "")}", Array.Empty<byte>());
        else
            await SendFileAsync(stream, n, content, headers);
    }

    async Task SendFileAsync(NetworkStream stream, int n, byte[] content, Dictionary<string, string> headers)
    {
        var tag = ETag(n);
        var tagLine = tag is null ? "" : $"\r\nETag: {tag}";
        var from = 0;
        if (!IgnoresRange && headers.TryGetValue("Range", out var range) && headers.GetValueOrDefault("If-Range") == tag)
            from = int.Parse(range["bytes=".Length..^1]);
        if (from > 0 && from >= content.Length)
        {
            await SendAsync(stream, $"416 Range Not Satisfiable\r\nContent-Range: bytes */{content.Length}", Array.Empty<byte>());
            return;
        }

        var status = from > 0 ? $"206 Partial Content\r\nContent-Range: bytes {from}-{content.Length - 1}/{content.Length}" : "200 OK";
        await SendAsync(stream, status + tagLine, content.AsMemory(from), CutAfter(n), Framing);
    }

    async Task SendAsync(NetworkStream stream, string status, ReadOnlyMemory<byte> body, int? cut = null, string? framing = null)
    {
        framing ??= $"Content-Length: {body.Length}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{framing}\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(cut is { } bytes && bytes < body.Length ? body[..bytes] : body);
        if (cut is not null && Stalls)
            await Task.Delay(Timeout.Infinite, stop.Token);
    }

    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
        listener.Dispose();
    }
}
