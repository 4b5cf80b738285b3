using System.Text;
using System.Text.Json.Nodes;

namespace Croft.Engines.Libvirt;

/// <summary>QEMU's guest agent, in its own words.</summary>
sealed class LibvirtAgent(ILibvirtHost host, string domain) : IGuestAgent
{
    const int PingSeconds = 5;
    const int Seconds = 20;
    const int BySignal = 128;
    const int LongestWords = 200;

    static readonly string[] Needed = ["guest-exec", "guest-exec-status"];

    /// <summary>As a login by ssh has it. What is named here is all that the script has.</summary>
    static readonly string[] Environment =
    [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/root",
        "USER=root",
        "LOGNAME=root",
        "SHELL=/bin/sh",
    ];

    public async Task<string?> RefusalAsync(CancellationToken cancel)
    {
        try
        {
            var enabled = await AskAsync("guest-info", [], EnabledOf, cancel, PingSeconds);
            return Needed.FirstOrDefault(name => !enabled.Contains(name)) is { } forbidden ? $"{IGuestAgent.Forbids} {forbidden}" : null;
        }
        catch (CroftException e)
        {
            return e.Message.Contains("not connected", StringComparison.Ordinal)
                ? $"the guest agent {IGuestAgent.Absent}"
                : $"the guest agent does not answer: {e.Message}";
        }
    }

    public async Task<long> StartAsync(string script, ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        var arguments = new JsonObject
        {
            ["path"] = "/bin/sh",
            ["arg"] = new JsonArray("-c", script),
            ["env"] = new JsonArray([.. Environment.Select(v => (JsonNode)v)]),
            ["capture-output"] = true,
        };
        if (!input.IsEmpty)
            arguments["input-data"] = Convert.ToBase64String(input.Span);
        return await AskAsync("guest-exec", arguments, said => (long)Part(said, "pid"), cancel);
    }

    public Task<AgentExit?> ExitAsync(long process, CancellationToken cancel) =>
        AskAsync("guest-exec-status", new() { ["pid"] = process }, ExitOf, cancel);

    static AgentExit? ExitOf(JsonNode said) =>
        (bool)Part(said, "exited")
            ? new((int?)said["exitcode"] ?? (BySignal + ((int?)said["signal"] ?? 0)), Bytes(said["out-data"]), Bytes(said["err-data"]))
            : null;

    static HashSet<string?> EnabledOf(JsonNode said) =>
        [
            .. from c in (said["supported_commands"] as JsonArray ?? []).OfType<JsonObject>()
            where (bool?)c["enabled"] == true
            select (string?)c["name"],
        ];

    public async Task<long?> OpenAsync(string path, bool write, CancellationToken cancel)
    {
        try
        {
            return await AskAsync("guest-file-open", new() { ["path"] = path, ["mode"] = write ? "w" : "r" }, said => (long)said, cancel);
        }
        catch (CroftException e) when (!write && e.Message.Contains("No such file", StringComparison.Ordinal))
        {
            return null;
        }
    }

    public async Task<byte[]> ReadAsync(long file, long from, CancellationToken cancel)
    {
        // It stays at the end of a file that grows, unless it is sent to a place.
        await AskAsync(
            "guest-file-seek",
            new()
            {
                ["handle"] = file,
                ["offset"] = from,
                ["whence"] = "set",
            },
            said => said,
            cancel
        );
        return await AskAsync(
            "guest-file-read",
            new() { ["handle"] = file, ["count"] = IGuestAgent.Piece },
            said => Bytes(said["buf-b64"]),
            cancel
        );
    }

    public Task WriteAsync(long file, ReadOnlyMemory<byte> piece, CancellationToken cancel) =>
        AskAsync("guest-file-write", new() { ["handle"] = file, ["buf-b64"] = Convert.ToBase64String(piece.Span) }, said => said, cancel);

    /// <summary>Sets the guest's clock, which stood still with it. One that cannot has it behind.</summary>
    public async Task SetClockAsync(CancellationToken cancel)
    {
        var now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        try
        {
            await AskAsync("guest-set-time", new() { ["time"] = now }, said => said, cancel);
        }
        catch (CroftException)
        {
            // Without a hardware clock it says so, after it has set the other one.
        }
    }

    public Task CloseAsync(long file, CancellationToken cancel) =>
        AskAsync("guest-file-close", new() { ["handle"] = file }, said => said, cancel);

    /// <param name="read">Makes of the answer what it says.</param>
    /// <exception cref="CroftException">Also when the answer is none to the question: a guest may say anything.</exception>
    async Task<T> AskAsync<T>(string command, JsonObject arguments, Func<JsonNode, T> read, CancellationToken cancel, int seconds = Seconds)
    {
        var question = new JsonObject { ["execute"] = command, ["arguments"] = arguments }.ToJsonString();
        var said = await host.AskAgentAsync(domain, question, seconds, cancel);
        try
        {
            return read(said);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException)
        {
            throw CroftException.World($"the guest agent of {domain} answered {command} with {PlainText.Line(Start(said))}", cause: e);
        }
    }

    static JsonNode Part(JsonNode said, string name) => said[name] ?? throw new FormatException($"it has no {name}");

    static string Start(JsonNode said) =>
        said.ToJsonString() is { Length: > LongestWords } text ? text[..LongestWords] + "…" : said.ToJsonString();

    static byte[] Bytes(JsonNode? data) => data is null ? [] : Convert.FromBase64String((string)data!);
}
