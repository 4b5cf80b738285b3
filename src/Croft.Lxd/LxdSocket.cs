using System.Net.WebSockets;

namespace Croft.Lxd;

/// <summary>A websocket.</summary>
/// <param name="own">The connection, where it alone uses it.</param>
sealed class LxdSocket(ClientWebSocket web, HttpMessageInvoker? own) : IDisposable
{
    public ClientWebSocket Web => web;

    public void Dispose()
    {
        web.Dispose();
        own?.Dispose();
    }
}
