using System.Net.Sockets;
using System.Text;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>
/// Finds out when a guest's ssh server is there, at little cost to the guest: tries to connect a few times a second, and a connection that was accepted
/// waits patiently for the greeting. A tight poll would starve an emulated guest: every connection costs it a process.
/// </summary>
static class Banner
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns the greeting.</summary>
    /// <param name="seen">Called with what each try saw.</param>
    public static async Task<string> WaitAsync(System.Net.IPAddress address, int port, Action<string> seen, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient(address.AddressFamily) { NoDelay = true };
                await client.ConnectAsync(address, port, cancel);
                seen($"{address}:{port} accepts connections");
                if (await GreetingAsync(client.GetStream(), cancel) is { } greeting)
                    return greeting;
                seen($"{address}:{port} closed the connection without a greeting");
            }
            catch (SocketException e)
            {
                seen($"{address}:{port}: {e.SocketErrorCode switch
                {
                    SocketError.ConnectionRefused => "connection refused",
                    SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut => "nobody answers at this address",
                    _ => e.Message,
                }}");
            }
            catch (IOException e)
            {
                seen($"{address}:{port}: {e.Message}");
            }

            await Poll.DelayAsync(Pause, cancel);
        }
    }

    static async Task<string?> GreetingAsync(NetworkStream stream, CancellationToken cancel)
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
                return text.StartsWith("SSH-", StringComparison.Ordinal) ? text[..end].TrimEnd() : null;
        }

        return null;
    }
}
