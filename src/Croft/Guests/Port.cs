using System.Net;
using System.Net.Sockets;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>Waits until a TCP port accepts a connection.</summary>
static class Port
{
    public static async Task WaitAsync(IPAddress address, int port, Action<string> seen, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient(address.AddressFamily);
                await client.ConnectAsync(address, port, cancel);
                seen($"port {port} accepts connections");
                return;
            }
            catch (SocketException e)
            {
                seen($"port {port}: {e.SocketErrorCode}");
            }

            await Poll.DelayAsync(TimeSpan.FromSeconds(1), cancel);
        }
    }
}
