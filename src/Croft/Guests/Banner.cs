using System.Net.Sockets;
using System.Text;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>
/// Finds out when a guest's ssh server is there, at little cost to the guest: tries to connect a few times a second, and a connection that
/// was accepted
/// waits patiently for the greeting. A tight poll would starve an emulated guest: every connection costs it a process.
/// </summary>
static class Banner
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns the greeting.</summary>
    /// <param name="way">Through which the guest is reached; null is directly.</param>
    /// <param name="seen">Called with what each try saw.</param>
    public static async Task<string> WaitAsync(
        Way? way,
        System.Net.IPAddress address,
        int port,
        Action<string> seen,
        CancellationToken cancel
    )
    {
        var door = $"{address}:{port}";
        while (true)
        {
            try
            {
                if (
                    await (
                        way is null ? DirectAsync(address, port, door, seen, cancel) : ThroughAsync(way, address, port, door, seen, cancel)
                    ) is
                    { } greeting
                )
                    return greeting;
            }
            catch (SocketException e)
            {
                seen(
                    $"{door}: {e.SocketErrorCode switch
                {
                    SocketError.ConnectionRefused => "connection refused",
                    SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut => "nobody answers at this address",
                    _ => e.Message,
                }}"
                );
            }
            catch (IOException e)
            {
                seen($"{door}: {e.Message}");
            }

            await Poll.DelayAsync(Pause, cancel);
        }
    }

    static async Task<string?> DirectAsync(
        System.Net.IPAddress address,
        int port,
        string door,
        Action<string> seen,
        CancellationToken cancel
    )
    {
        using var client = new TcpClient(address.AddressFamily) { NoDelay = true };
        await client.ConnectAsync(address, port, cancel);
        seen($"{door} accepts connections");
        var greeting = await GreetingAsync(client.GetStream(), cancel);
        if (greeting is null)
            seen($"{door} closed the connection without a greeting");
        return greeting;
    }

    /// <summary>The server greets before it listens, so it does not matter that nothing more is sent to it.</summary>
    static async Task<string?> ThroughAsync(
        Way way,
        System.Net.IPAddress address,
        int port,
        string door,
        Action<string> seen,
        CancellationToken cancel
    )
    {
        string? greeting = null;
        var result = await (
            way.To(address, port) with
            {
                Output = async (output, stop) => greeting = await GreetingAsync(output, stop),
            }
        ).RunAsync(cancel);
        if (greeting is not null)
            return greeting;
        await way.CheckAsync(address, port, cancel);
        seen($"{door}: {(result.ExitCode == 0 ? "closed the connection without a greeting" : Way.Words(result))}");
        return null;
    }

    static async Task<string?> GreetingAsync(Stream stream, CancellationToken cancel)
    {
        var buffer = new byte[256];
        var length = 0;
        while (length < buffer.Length)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(length), cancel);
            if (count == 0)
                return null;
            length += count;
            var text = Encoding.ASCII.GetString(buffer, 0, length);
            if (text.IndexOf('\n', StringComparison.Ordinal) is var end and >= 0)
                return text.StartsWith("SSH-", StringComparison.Ordinal) ? PlainText.Line(text[..end]) : null;
        }

        return null;
    }
}
