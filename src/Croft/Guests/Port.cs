using System.Net;
using System.Net.Sockets;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>Waits until a TCP port accepts a connection.</summary>
static class Port
{
    /// <param name="way">Through which the guest is reached; null is directly.</param>
    public static async Task WaitAsync(Way? way, IPAddress address, int port, Action<string> seen, CancellationToken cancel)
    {
        while (await RefusalAsync(way, address, port, cancel) is { } refusal)
        {
            seen($"port {port}: {refusal}");
            await Poll.DelayAsync(TimeSpan.FromSeconds(1), cancel);
        }

        seen($"port {port} accepts connections");
    }

    /// <summary>Asks in the guest itself: there may be no network to it.</summary>
    /// <param name="pause">Between two questions.</param>
    public static async Task WaitInsideAsync(IGuest guest, int port, TimeSpan pause, Action<string> seen, CancellationToken cancel)
    {
        var listens = $"grep -qi '^ *[0-9]*: [0-9A-F]*:{port:X4} [0-9A-F]*:[0-9A-F]* 0A ' /proc/net/tcp /proc/net/tcp6 2>/dev/null";
        while (await guest.RunAsync(new(listens), cancel) is { ExitCode: not 0 })
        {
            seen($"nobody listens on port {port} in the guest");
            await Poll.DelayAsync(pause, cancel);
        }

        seen($"port {port} is listened on in the guest");
    }

    static async Task<string?> RefusalAsync(Way? way, IPAddress address, int port, CancellationToken cancel)
    {
        if (way is not null)
        {
            var refusal = await way.RefusalAsync(address, port, cancel);
            if (refusal is not null)
                await way.CheckAsync(address, port, cancel);
            return refusal;
        }

        try
        {
            using var client = new TcpClient(address.AddressFamily);
            await client.ConnectAsync(address, port, cancel);
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode.ToString();
        }
    }
}
