using System.Net.WebSockets;

namespace Croft.Lxd;

/// <summary>A websocket.</summary>
/// <param name="own">What its connection belongs to, when nobody else uses that.</param>
sealed class LxdSocket(ClientWebSocket web, HttpMessageInvoker? own) : IDisposable
{
    public ClientWebSocket Web => web;

    public HttpMessageInvoker? Own => own;

    public void Dispose()
    {
        web.Dispose();
        own?.Dispose();
    }
}
