using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using Croft.Images;
using Croft.Tests.Farms;

namespace Croft.Tests.Images;

public sealed class DownloadOverABadNetwork : IDisposable
{
    static readonly byte[] Content = RandomNumberGenerator.GetBytes(300_000);

    readonly TemporaryFolder folder = new();
    readonly FileServer server = new();
    readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    readonly List<(long Done, long? Total)> seen = [];

    public DownloadOverABadNetwork() => server.Files["/disk"] = Content;

    string Partial => folder["disk.partial"];

    [Fact]
    public async Task BringsTheFileAndTellsHowFarItIs()
    {
        await FetchAsync();
        Assert.Equal(Content, await ReadAsync());
        Assert.Equal((Content.Length, (long?)Content.Length), seen[^1]);
    }

    [Fact]
    public async Task GoesOnWhereABrokenConnectionStopped()
    {
        server.CutAfter = n => n == 0 ? 100_000 : null;
        await FetchAsync();
        Assert.Equal(Content, await ReadAsync());
        Assert.Equal([null, "bytes=100000-"], server.Requests.Select(request => request.Range));
    }

    [Fact]
    public async Task GoesOnAfterASilence()
    {
        server.CutAfter = n => n == 0 ? 50_000 : null;
        server.Stalls = true;
        await FetchAsync();
        Assert.Equal(Content, await ReadAsync());
        Assert.Equal("bytes=50000-", server.Requests.Last().Range);
    }

    [Fact]
    public async Task GivesUpOnAServerThatStaysSilent()
    {
        server.CutAfter = _ => 0;
        server.Stalls = true;
        var error = await Assert.ThrowsAsync<CroftException>(FetchAsync);
        Assert.Contains("not a byte came for 0.3 s (3 retries)", error.Message);
        Assert.Equal(4, server.Count("/disk"));
    }

    [Fact]
    public async Task StartsAgainWhenTheServerIgnoresRanges()
    {
        server.CutAfter = n => n == 0 ? 100_000 : null;
        server.IgnoresRange = true;
        await FetchAsync();
        Assert.Equal(Content, await ReadAsync());
    }

    [Fact]
    public async Task StartsAgainWhenTheFileHasChangedMeanwhile()
    {
        var changed = RandomNumberGenerator.GetBytes(200_000);
        server.CutAfter = n =>
        {
            server.Files["/disk"] = changed; // after the first request's content was taken
            return n == 0 ? 100_000 : null;
        };
        server.ETag = n => n == 0 ? "\"one\"" : "\"two\"";
        await FetchAsync();
        Assert.Equal(changed, await ReadAsync());
    }

    [Fact]
    public async Task DoesNotGoOnByAWeakETag()
    {
        server.CutAfter = n => n == 0 ? 100_000 : null;
        server.ETag = _ => "W/\"one\"";
        await FetchAsync();
        Assert.Equal(Content, await ReadAsync());
        Assert.All(server.Requests, request => Assert.Null(request.Range));
    }

    [Fact]
    public async Task GoesOnInALaterProcess()
    {
        server.CutAfter = _ => 1_000;
        server.Fails = n => n > 0 ? 503 : null;
        await Assert.ThrowsAsync<CroftException>(FetchAsync);
        server.CutAfter = _ => null;
        server.Fails = _ => null;
        await FetchAsync();
        Assert.Equal(Content, await ReadAsync());
        Assert.Equal("bytes=1000-", server.Requests.Last().Range);
    }

    [Fact]
    public async Task ComesAgainWhenTheServerSaysSo()
    {
        server.Fails = n => n == 0 ? 429 : null;
        server.RetryAfter = "2";
        var before = Stopwatch.GetTimestamp();
        await FetchAsync();
        Assert.Equal(Content, await ReadAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(before).TotalSeconds, 1.9, 60);
        server.Fails = n => 503;
        server.RetryAfter = "3600";
        Download.Forget(Partial);
        var error = await Assert.ThrowsAsync<CroftException>(FetchAsync);
        Assert.EndsWith("the server answered 503 No", error.Message);
        Assert.StartsWith("it wants to be asked again in 3600 s", error.Hint);
    }

    [Fact]
    public async Task IsDoneWhenNothingWasLeftToFetch()
    {
        await FetchAsync();
        await FetchAsync();
        Assert.Equal(Content, await ReadAsync());
        Assert.Equal([null, "bytes=300000-"], server.Requests.Select(request => request.Range));
    }

    [Fact]
    public async Task SaysThatThereIsNoSuchFile()
    {
        var error = await Assert.ThrowsAsync<CroftException>(() => FetchAsync("/gone"));
        Assert.Contains("/gone: the server answered 404", error.Message);
        Assert.Equal(FaultKind.World, error.Kind);
        Assert.Equal(1, server.Count("/gone"));
    }

    [Fact]
    public async Task FollowsARedirect()
    {
        server.Redirects["/latest"] = "/disk";
        await FetchAsync("/latest");
        Assert.Equal(Content, await ReadAsync());
    }

    [Fact]
    public async Task FollowsNoCircle()
    {
        server.Redirects["/a"] = "/b";
        server.Redirects["/b"] = "/a";
        var error = await Assert.ThrowsAsync<CroftException>(() => FetchAsync("/a"));
        Assert.Contains("more than 8 redirects", error.Message);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.org/disk")]
    public async Task FollowsNoRedirectToAnotherProtocol(string target)
    {
        server.Redirects["/a"] = target;
        var error = await Assert.ThrowsAsync<CroftException>(() => FetchAsync("/a"));
        Assert.Contains("less safe", error.Message);
    }

    /// <summary>Each question for a name that has no address takes ten seconds, and hardly changes.</summary>
    [Fact]
    public async Task AsksForAHostThatHasNoAddressOnceMore()
    {
        using var nameless = new HttpClient(new Nameless());
        var download = new Download(nameless, TimeProvider.System) { Backoff = TimeSpan.FromMilliseconds(5) };
        Func<Task>[] ways =
        [
            () => download.BytesAsync(server.Url("/list"), TestContext.Current.CancellationToken),
            () => download.FetchAsync(server.Url("/disk"), Partial, (_, _, _) => { }, TestContext.Current.CancellationToken),
        ];
        foreach (var way in ways)
        {
            var error = await Assert.ThrowsAsync<CroftException>(way);
            Assert.Contains("its host's name has no address here", error.Message);
            Assert.Contains("(1 retry)", error.Message);
            Assert.StartsWith("mirrors: names other servers", error.Hint);
        }
    }

    sealed class Nameless : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException("no", new SocketException((int)SocketError.TryAgain));
    }

    [Fact]
    public async Task ReadsAFolderOfThisHostAsAServerShowsIt()
    {
        Directory.CreateDirectory(folder["images/v2"]);
        var list = await NewDownload(TimeSpan.FromSeconds(1))
            .TextAsync(new Uri($"file://{folder["images"]}/"), TestContext.Current.CancellationToken);
        Assert.Contains("href=\"v2/\"", list);
    }

    [Fact]
    public async Task EndsAtOnceWhenTheCallerCancels()
    {
        server.CutAfter = _ => 1_000;
        server.Stalls = true;
        using var cancel = new CancellationTokenSource(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            NewDownload(TimeSpan.FromSeconds(30)).FetchAsync(server.Url("/disk"), Partial, (_, _, _) => { }, cancel.Token)
        );
    }

    Task FetchAsync() => FetchAsync("/disk");

    Task FetchAsync(string path) =>
        NewDownload(TimeSpan.FromSeconds(0.3))
            .FetchAsync(server.Url(path), Partial, (done, total, _) => seen.Add((done, total)), TestContext.Current.CancellationToken);

    Download NewDownload(TimeSpan stall) => new(client, TimeProvider.System) { Stall = stall, Backoff = TimeSpan.FromMilliseconds(5) };

    Task<byte[]> ReadAsync() => File.ReadAllBytesAsync(Partial, TestContext.Current.CancellationToken);

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
        folder.Dispose();
    }
}
