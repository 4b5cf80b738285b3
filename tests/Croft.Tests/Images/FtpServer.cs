using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Croft.Tests.Images;

/// <summary>A real FTP server on the loopback, with files in memory.</summary>
sealed class FtpServer : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stop = new();

    public FtpServer()
    {
        listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>Where each transfer began.</summary>
    public ConcurrentQueue<long> Transfers { get; } = new();

    /// <summary>The n-th transfer ends after so many bytes; null sends all.</summary>
    public Func<int, int?> CutAfter { get; set; } = _ => null;

    public bool KnowsEpsv { get; init; } = true;

    public Uri Url(string path) => new($"ftp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}{path}");

    async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            var client = await listener.AcceptTcpClientAsync(stop.Token);
            _ = Task.Run(() => AnswerAsync(client));
        }
    }

    async Task AnswerAsync(TcpClient client)
    {
        using var held = client;
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII);
        using var data = new TcpListener(IPAddress.Loopback, 0);
        var from = 0L;
        await SayAsync("220-welcome\r\n 220 is not yet the end\r\n220 ready");
        while (await reader.ReadLineAsync() is { } line)
        {
            var (word, rest) = line.Split(' ', 2) is [var w, var r] ? (w, r) : (line, "");
            var content = Files.GetValueOrDefault(rest);
            switch (word)
            {
                case "USER":
                    await SayAsync("331 password");
                    break;
                case "PASS":
                    await SayAsync("230 in");
                    break;
                case "TYPE":
                    await SayAsync("200 binary");
                    break;
                case "SIZE":
                    await SayAsync(content is null ? "550 no such file" : $"213 {content.Length}");
                    break;
                case "MDTM":
                    await SayAsync(content is null ? "550 no such file" : "213 20260101000000");
                    break;
                case "REST":
                    from = long.Parse(rest, CultureInfo.InvariantCulture);
                    await SayAsync("350 from there");
                    break;
                case "EPSV" when KnowsEpsv:
                case "PASV":
                    data.Start();
                    var port = ((IPEndPoint)data.LocalEndpoint).Port;
                    await SayAsync(word == "EPSV" ? $"229 here (|||{port}|)" : $"227 here (10,9,8,7,{port >> 8},{port & 255})");
                    break;
                case "RETR" when content is not null:
                    await SayAsync("150 coming");
                    using (var peer = await data.AcceptTcpClientAsync())
                    {
                        var cut = CutAfter(Transfers.Count);
                        Transfers.Enqueue(from);
                        var part = content.AsMemory((int)from);
                        await peer.GetStream().WriteAsync(cut is { } bytes && bytes < part.Length ? part[..bytes] : part);
                        if (cut is not null)
                            return;
                    }

                    from = 0;
                    await SayAsync("226 done");
                    break;
                default:
                    await SayAsync("502 what?");
                    break;
            }
        }

        Task SayAsync(string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n")).AsTask();
    }

    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
        listener.Dispose();
    }
}
