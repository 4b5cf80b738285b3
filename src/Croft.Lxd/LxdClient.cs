using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Croft.Lxd;

/// <summary>
/// A connection to one LXD or Incus: requests by HTTP over its socket or the network, one stream of events, operations that those events
/// end.
/// </summary>
sealed partial class LxdClient : IDisposable
{
    static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);

    readonly string? socket;
    readonly HttpMessageInvoker? shared;
    readonly Uri root = new("http://lxd/");

    /// <summary>
    /// Of one that listens on a Unix socket. Each request has a connection of its own: one that is open and says nothing, as a pool has
    /// them, keeps LXD from accepting any other.
    /// </summary>
    public LxdClient(string socket, string? project) => (this.socket, Project) = (socket, project);

    /// <summary>Of one on another host.</summary>
    /// <param name="own">Who we are.</param>
    /// <param name="fingerprint">SHA-256 of the only certificate that is believed; null believes those that the system does.</param>
    public LxdClient(Uri host, X509Certificate2? own, string? fingerprint, string? project)
    {
        (root, Project) = (host, project);
        shared = new(
            new SocketsHttpHandler
            {
                ConnectTimeout = ConnectTime,
                SslOptions = new SslClientAuthenticationOptions
                {
                    ClientCertificates = own is null ? null : [own],
                    LocalCertificateSelectionCallback = own is null ? null : (_, _, _, _, _) => own,
                    RemoteCertificateValidationCallback = (_, certificate, _, errors) => Believes(certificate, errors, fingerprint),
                },
            }
        );
    }

    /// <summary>Where its instances are; null is the service's own one.</summary>
    public string? Project { get; set; }

    /// <summary>SHA-256 of the certificate that another host showed and that was not believed; null when there was none such.</summary>
    public string? Disbelieved { get; private set; }

    bool Believes(X509Certificate? certificate, SslPolicyErrors errors, string? fingerprint)
    {
        var shown = certificate?.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
        var believed = fingerprint is null ? errors == SslPolicyErrors.None : fingerprint == shown;
        Disbelieved = believed ? null : shown;
        return believed;
    }

    /// <summary>The name of what a path leads to, as lists have them.</summary>
    public static string NameIn(string path) => Uri.UnescapeDataString(path.Split('?')[0].Split('/')[^1]);

    /// <summary>Asks for a thing.</summary>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel) =>
        (await GetTaggedAsync(path, type, cancel)).Value;

    /// <summary>Asks for a thing, and for the tag of what it is now.</summary>
    public async Task<(T Value, string? Tag)> GetTaggedAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        var (answer, tag) = await SendAsync(HttpMethod.Get, path, null, null, cancel);
        return (
            answer.Metadata is { } said && said.Deserialize(type) is { } value
                ? value
                : throw new LxdException($"GET {path} was answered with nothing", (int)HttpStatusCode.BadGateway),
            tag
        );
    }

    /// <summary>Changes something and waits for the end of what that began.</summary>
    /// <param name="tag">Of what is changed, as it was read; null changes it whatever it is.</param>
    /// <exception cref="LxdException">It was refused, or its operation failed.</exception>
    public Task<Operation> RunAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancel, string? tag = null) =>
        RunAsync(method, path, ContentOf(body), tag, cancel);

    /// <summary>The same with bytes.</summary>
    public async Task<Operation> RunAsync(HttpMethod method, string path, HttpContent? body, string? tag, CancellationToken cancel)
    {
        var begun = await BeginAsync(method, path, body, tag, cancel);
        return begun.Id.Length == 0 ? begun : await WaitAsync(begun, cancel);
    }

    /// <summary>Begins something. Its end is not waited for.</summary>
    public Task<Operation> BeginAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancel) =>
        BeginAsync(method, path, ContentOf(body), null, cancel);

    async Task<Operation> BeginAsync(HttpMethod method, string path, HttpContent? body, string? tag, CancellationToken cancel)
    {
        await ListenAsync(cancel);
        var (answer, _) = await SendAsync(method, path, body, tag, cancel);
        return answer.Type == "async" && answer.Metadata is { } said
            ? said.Deserialize(LxdJson.Default.Operation) ?? new()
            : new Operation { Metadata = answer.Metadata };
    }

    /// <summary>Says something, to one that need not know us yet.</summary>
    public Task TellAsync(string path, JsonNode body, CancellationToken cancel) =>
        SendAsync(HttpMethod.Post, path, ContentOf(body), null, cancel);

    /// <summary>Reads a file or a log as it is.</summary>
    public async Task<LxdReply> OpenAsync(string path, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, AddressOf(path));
        var reply = await SendAsync(request, cancel);
        if (reply.Response.IsSuccessStatusCode)
            return reply;
        using (reply)
            throw await RefusalAsync(reply.Response, cancel);
    }

    public void Dispose()
    {
        closing.Cancel();
        events?.Dispose();
        shared?.Dispose();
        closing.Dispose();
        opening.Dispose();
    }

    static StringContent? ContentOf(JsonNode? body) =>
        body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    Uri AddressOf(string path) =>
        new(
            root,
            Project is null
                ? path
                : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}project={Uri.EscapeDataString(Project)}"
        );

    async Task<(Answer Answer, string? Tag)> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? body,
        string? tag,
        CancellationToken cancel
    )
    {
        using var request = new HttpRequestMessage(method, AddressOf(path)) { Content = body };
        if (tag is not null)
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        using var reply = await SendAsync(request, cancel);
        var response = reply.Response;
        if (!response.IsSuccessStatusCode)
            throw await RefusalAsync(response, cancel);
        var answer = await AnswerAsync(response, cancel);
        return answer.Type == "error"
            ? throw new LxdException(answer.Error ?? "refused", answer.ErrorCode)
            : (answer, response.Headers.TryGetValues("ETag", out var tags) ? tags.First() : null);
    }

    async Task<LxdReply> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var own = shared is null ? Connection() : null;
        try
        {
            return new(await (own ?? shared!).SendAsync(request, cancel), own);
        }
        catch (Exception e)
        {
            own?.Dispose();
            throw e is HttpRequestException or IOException or SocketException ? new LxdException(WordsOf(e), 0, e) : e;
        }
    }

    HttpMessageInvoker Connection() =>
        new(
            new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancel) =>
                {
                    var opened = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    try
                    {
                        await opened.ConnectAsync(new UnixDomainSocketEndPoint(socket!), cancel);
                        return new DeafStream(opened);
                    }
                    catch
                    {
                        opened.Dispose();
                        throw;
                    }
                },
            }
        );

    static async Task<LxdException> RefusalAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var code = (int)response.StatusCode;
        try
        {
            var answer = await AnswerAsync(response, cancel);
            return new(answer.Error is { Length: > 0 } words ? words : $"{code}", code);
        }
        catch (LxdException)
        {
            return new($"{code} {response.ReasonPhrase}", code);
        }
    }

    static async Task<Answer> AnswerAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancel);
            return await JsonSerializer.DeserializeAsync(stream, LxdJson.Default.Answer, cancel) ?? new();
        }
        catch (JsonException e)
        {
            throw new LxdException("what answers there speaks no JSON", (int)HttpStatusCode.BadGateway, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new LxdException(WordsOf(e), 0, e);
        }
    }

    /// <summary>The innermost says what happened.</summary>
    static string WordsOf(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e.Message;
    }
}
