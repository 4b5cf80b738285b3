namespace Croft.Lxd;

/// <summary>An answer whose body is still to be read.</summary>
/// <param name="connection">Which it alone uses.</param>
sealed class LxdReply(HttpResponseMessage response, HttpMessageInvoker connection) : IDisposable
{
    public HttpResponseMessage Response => response;

    public void Dispose()
    {
        response.Dispose();
        connection.Dispose();
    }
}
