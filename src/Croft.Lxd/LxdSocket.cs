using System.Net.WebSockets;

namespace Croft.Lxd;

/// <summary>A websocket with the connection that it alone uses.</summary>
sealed class LxdSocket(ClientWebSocket web, HttpMessageInvoker connection) : IDisposable
{
    public ClientWebSocket Web => web;

    public HttpMessageInvoker Connection => connection;

    public void Dispose()
    {
        web.Dispose();
        connection.Dispose();
    }
}
