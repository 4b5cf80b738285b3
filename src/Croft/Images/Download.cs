using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

/// <summary>
/// Fetches a file over HTTP or FTP into a partial file and survives what networks do: a broken or stalled transfer goes on where it
/// stopped, if the server's file is still the same one; otherwise it starts again. Nothing is trusted here: the caller compares the
/// checksum.
/// </summary>
sealed partial class Download(HttpClient client, TimeProvider time)
{
    /// <summary>Without a byte for so long, a transfer is given up and tried again.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The wait before the first retry; it doubles.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(1);

    const int Retries = 3;
    const int Redirects = 8;
    static readonly TimeSpan LongestAfter = TimeSpan.FromMinutes(2);

    const string WithoutInternet =
        "mirrors: names other servers, file:// too; croft image bundle, on another host, makes a file of all images for this one";

    /// <summary>Fetches a file to its end.</summary>
    /// <param name="partial">Holds what came so far; its name with <c>.state</c> says of what.</param>
    /// <param name="progress">Bytes so far, bytes in all, bytes per second.</param>
    public Task FetchAsync(Uri address, string partial, Action<long, long?, double?> progress, CancellationToken cancel) =>
        FetchAsync(address, partial, progress, new GrowingFile(partial), cancel);

    /// <summary>The same, for who reads it while it comes.</summary>
    /// <param name="file">The partial file to its readers.</param>
    public async Task FetchAsync(
        Uri address,
        string partial,
        Action<long, long?, double?> progress,
        GrowingFile file,
        CancellationToken cancel
    )
    {
        await FetchPartsAsync(address, partial, progress, file, cancel);
        file.Grown(Length(partial));
        file.Whole();
    }

    async Task FetchPartsAsync(
        Uri address,
        string partial,
        Action<long, long?, double?> progress,
        GrowingFile file,
        CancellationToken cancel
    )
    {
        if (address.IsFile)
        {
            await CopyAsync(address, partial, progress, cancel);
            return;
        }

        using var told = Waits.For($"the download of {address}", () => $"{Length(partial) >> 20} MiB");
        for (var failures = 0; ; )
        {
            var before = Length(partial);
            TransferException trouble;
            try
            {
                await (
                    address.Scheme == Uri.UriSchemeFtp
                        ? AttemptFtpAsync(address, partial, progress, file, cancel)
                        : AttemptAsync(address, partial, progress, file, cancel)
                );
                return;
            }
            catch (TransferException e)
            {
                trouble = e;
            }

            failures = Length(partial) > before ? 1 : failures + 1; // one that brought something starts the count again
            if (failures > RetriesOf(trouble))
                throw Failed(address, trouble, "try again; what came so far is kept");
            await Poll.DelayAsync(WaitOf(trouble, failures - 1), cancel);
        }
    }

    /// <summary>Fetches a small text; null when there is none at this address.</summary>
    public async Task<string?> TextAsync(Uri address, CancellationToken cancel) =>
        await BytesAsync(address, cancel) is { } bytes ? TextOf(bytes) : null;

    /// <summary>The text of what a server says, whichever program wrote it.</summary>
    public static string TextOf(byte[] said)
    {
        using var reader = new StreamReader(new MemoryStream(said), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        return reader.ReadToEnd();
    }

    /// <summary>Fetches a small file; null when there is none at this address. Of a folder on this host, the names in it.</summary>
    public async Task<byte[]?> BytesAsync(Uri address, CancellationToken cancel)
    {
        const int most = 4 << 20;
        if (address.IsFile)
            return await OfThisHostAsync(address.LocalPath, cancel);
        using var told = Waits.For($"the download of {address}");
        for (var failures = 0; ; failures++)
        {
            try
            {
                using var patience = new Patience(Stall, time, cancel);
                if (address.Scheme == Uri.UriSchemeFtp)
                    return await FtpBytesAsync(address, most, patience);
                using var response = await SendAsync(address, null, null, patience);
                if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden or HttpStatusCode.Gone)
                    return null;
                Demand(response, address);
                using var body = new MemoryStream();
                await using var content = await BodyAsync(response, PackingOf(response, address), patience);
                await CopyAsync(
                    content,
                    body,
                    _ => body.Length <= most ? true : throw CroftException.World($"{address} is no list of checksums: it is too large"),
                    patience
                );
                return body.ToArray();
            }
            catch (TransferException e) when (failures >= RetriesOf(e))
            {
                throw Failed(address, e, null);
            }
            catch (TransferException e)
            {
                await Poll.DelayAsync(WaitOf(e, failures), cancel);
            }
        }
    }

    static int RetriesOf(TransferException trouble) =>
        trouble.IsUnnamed ? 1
        : trouble.After > LongestAfter ? 0
        : Retries;

    /// <summary>The wait before a retry: as long as the server says, else twice as long each time.</summary>
    TimeSpan WaitOf(TransferException trouble, int failures) =>
        Backoff * (1 << failures) is var own && trouble.After > own ? trouble.After.Value : own;

    /// <summary>Who was asked in the server's place.</summary>
    static string By(Uri address) =>
        address.Scheme != Uri.UriSchemeFtp && HttpClient.DefaultProxy.GetProxy(address) is { } proxy && proxy != address
            ? $" by the proxy {proxy.Scheme}://{proxy.Authority}"
            : "";

    static CroftException Failed(Uri address, TransferException trouble, string? hint) =>
        CroftException.World(
            RetriesOf(trouble) == 0
                ? $"downloading {address}{By(address)}: {trouble.Message}"
                : $"downloading {address}{By(address)}: {trouble.Message} ({(trouble.IsUnnamed ? "1 retry" : $"{Retries} retries")})",
            trouble.IsUnnamed ? WithoutInternet
                : trouble.After is { } after ? $"it wants to be asked again in {after.TotalSeconds:0} s; mirrors: names other servers"
                : hint
        );

    /// <summary>A file, or a list of a folder's, as servers make it.</summary>
    static async Task<byte[]?> OfThisHostAsync(string path, CancellationToken cancel)
    {
        if (!Directory.Exists(path))
            return File.Exists(path) ? await File.ReadAllBytesAsync(path, cancel) : null;
        var names = new DirectoryInfo(path).EnumerateFileSystemInfos().Select(e => $"{e.Name}{(e is DirectoryInfo ? "/" : "")}");
        return System.Text.Encoding.UTF8.GetBytes(string.Concat(names.Select(name => $"<a href=\"{name}\">{name}</a>\n")));
    }

    static async Task CopyAsync(Uri address, string partial, Action<long, long?, double?> progress, CancellationToken cancel)
    {
        if (FileNode.At(address.LocalPath).Refusal is { } refusal)
            throw new CroftException(FaultKind.World, $"{address} {refusal}") { IsStale = true };
        await using var from = File.OpenRead(address.LocalPath);
        await using var to = File.Create(partial);
        await from.CopyToAsync(to, cancel);
        progress(from.Length, from.Length, null);
    }

    async Task AttemptAsync(
        Uri address,
        string partial,
        Action<long, long?, double?> progress,
        GrowingFile growing,
        CancellationToken cancel
    )
    {
        var state = ReadState(partial);
        var have = state?.Validator is not null && state.Address == address.ToString() ? Length(partial) : 0;
        using var patience = new Patience(Stall, time, cancel);
        using var response = await SendAsync(address, have > 0 ? have : null, state?.Validator, patience);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // Nothing is left to send, or the file has shrunk; the latter only the beginning can tell.
            if (response.Content.Headers.ContentRange?.Length == have)
                return;
            Forget(partial);
            throw new TransferException("the server's file is shorter than what came so far");
        }

        Demand(response, address);
        if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != have)
        {
            if (response.StatusCode == HttpStatusCode.PartialContent)
            {
                Forget(partial);
                throw new TransferException("the server sent another part than was asked for");
            }

            have = 0;
        }

        var packing = PackingOf(response, address);
        long? total = packing is null && response.Content.Headers.ContentLength is { } length ? have + length : null;
        state = new(address.ToString(), packing is null ? Validator(response) : null) { Length = total, Packing = packing };
        await WriteStateAsync(partial, state, cancel);
        await using var body = await BodyAsync(response, packing, patience);
        await AppendAsync(body, partial, have, total, progress, growing, patience);
    }

    /// <summary>Writes what comes behind what is there.</summary>
    async Task AppendAsync(
        Stream body,
        string partial,
        long have,
        long? total,
        Action<long, long?, double?> progress,
        GrowingFile growing,
        Patience patience
    )
    {
        if (have == 0)
            growing.BeginAnew();
        await using var file = new FileStream(partial, have > 0 ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, 0);
        growing.Grown(have);
        var told = Told(have, total, progress);
        var there = have;
        await CopyAsync(
            body,
            file,
            bytes =>
            {
                growing.Grown(there += bytes);
                return told(bytes);
            },
            patience
        );
    }

    /// <summary>Counts what comes, and tells of it five times a second.</summary>
    Func<int, bool> Told(long have, long? total, Action<long, long?, double?> progress)
    {
        var started = time.GetTimestamp();
        var reported = TimeSpan.FromSeconds(-1);
        var received = 0L;
        return bytes =>
        {
            received += bytes;
            var elapsed = time.GetElapsedTime(started);
            if (elapsed - reported > TimeSpan.FromMilliseconds(200) || have + received == total)
            {
                reported = elapsed;
                progress(have + received, total, elapsed > TimeSpan.Zero ? received / elapsed.TotalSeconds : null);
            }

            return true;
        };
    }

    /// <summary>
    /// What the server packed a file by on the way, though Croft asks for none of it. Of a file that is itself packed so, many servers say
    /// the same and mean the file.
    /// </summary>
    static string? PackingOf(HttpResponseMessage response, Uri address) =>
        response.Content.Headers.ContentEncoding is { Count: 1 } all
        && all.Single() is var said
        && said.ToUpperInvariant() is "GZIP" or "X-GZIP" or "BR" or "DEFLATE"
        && Path.GetExtension(address.AbsolutePath).ToUpperInvariant() is not (".GZ" or ".TGZ" or ".BR")
            ? said
            : null;

    /// <summary>What comes, as the file is on the server.</summary>
    static async Task<Stream> BodyAsync(HttpResponseMessage response, string? packing, Patience patience)
    {
        var body = await patience.ForAsync(response.Content.ReadAsStreamAsync, "no answer");
        return packing?.ToUpperInvariant() switch
        {
            null => body,
            "BR" => new BrotliStream(body, CompressionMode.Decompress),
            "DEFLATE" => new ZLibStream(body, CompressionMode.Decompress),
            _ => new GZipStream(body, CompressionMode.Decompress),
        };
    }

    /// <summary>Follows redirects itself: the handler's own would also leave https.</summary>
    async Task<HttpResponseMessage> SendAsync(Uri address, long? from, string? validator, Patience patience)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
            if (from is not null)
            {
                request.Headers.Range = new RangeHeaderValue(from, null);
                request.Headers.TryAddWithoutValidation("If-Range", validator);
            }

            var response = await patience.ForAsync(
                token => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token),
                "no answer"
            );
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                return response;
            response.Dispose();
            var next = new Uri(address, location);
            if (next.Scheme is not ("http" or "https") || (address.Scheme == "https" && next.Scheme == "http"))
                throw CroftException.World($"{address} redirects to {next}, which is less safe than what was asked for");
            if (redirects == Redirects)
                throw CroftException.World($"{address}: more than {Redirects} redirects");
            address = next;
        }
    }

    static async Task CopyAsync(Stream body, Stream target, Func<int, bool> copied, Patience patience)
    {
        var buffer = new byte[128 << 10];
        while (true)
        {
            var bytes = await patience.ForAsync(token => body.ReadAsync(buffer, token).AsTask(), "not a byte came");
            if (bytes == 0)
                return;
            await target.WriteAsync(buffer.AsMemory(0, bytes), patience.Cancel);
            copied(bytes);
        }
    }

    void Demand(HttpResponseMessage response, Uri address)
    {
        var status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode)
            return;
        if (status is >= 500 or 408 or 429)
            throw new TransferException($"the server answered {status} {response.ReasonPhrase}")
            {
                After = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - time.GetUtcNow() : null,
            };
        throw new CroftException(
            FaultKind.World,
            $"{address}: the server answered {status} {response.ReasonPhrase}",
            status switch
            {
                404 or 410 => "images move when a release is updated: look up its present address",
                401 or 403 or 407 =>
                    $"Croft logs in nowhere: fetch it by curl -L -u NAME -O {ShellWord.Pasted(address.AbsoluteUri)}, and write file: PATH in place of url:",
                _ => null,
            }
        )
        {
            IsStale = status is 404 or 410,
        };
    }

    // A weak ETag does not promise the same bytes.
    static string? Validator(HttpResponseMessage response) =>
        response.Headers.ETag is { IsWeak: false } tag ? tag.ToString() : response.Content.Headers.LastModified?.ToString("R");

    static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Removes a partial file and what is known of it.</summary>
    public static void Forget(string partial)
    {
        File.Delete(partial);
        File.Delete(partial + ".state");
    }

    /// <summary>What is known of a partial file; null when nothing is.</summary>
    public static DownloadState? ReadState(string partial)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(partial + ".state"), ImageJson.Default.DownloadState);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null; // it starts from the beginning
        }
    }

    static Task WriteStateAsync(string partial, DownloadState state, CancellationToken cancel) =>
        File.WriteAllBytesAsync(partial + ".state", JsonSerializer.SerializeToUtf8Bytes(state, ImageJson.Default.DownloadState), cancel);
}
