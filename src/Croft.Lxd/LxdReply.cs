namespace Croft.Lxd;

/// <summary>An answer whose body is still to be read.</summary>
/// <param name="own">The connection, where it alone uses it.</param>
sealed class LxdReply(HttpResponseMessage response, HttpMessageInvoker? own) : IDisposable
{
    public HttpResponseMessage Response => response;

    public void Dispose()
    {
        response.Dispose();
        own?.Dispose();
    }
}
