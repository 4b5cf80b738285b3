using System.Text;
using System.Text.Json.Nodes;

namespace Croft.Engines.Libvirt;

/// <summary>QEMU's guest agent, in its own words.</summary>
sealed class LibvirtAgent(ILibvirtHost host, string domain) : IGuestAgent
{
    const int PingSeconds = 5;
    const int Seconds = 20;
    const int BySignal = 128;

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
            var known = (await AskAsync("guest-info", [], cancel, PingSeconds))["supported_commands"]!.AsArray();
            var enabled = known.Where(c => (bool?)c!["enabled"] == true).Select(c => (string?)c!["name"]).ToHashSet();
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
        return (long)(await AskAsync("guest-exec", arguments, cancel))["pid"]!;
    }

    public async Task<AgentExit?> ExitAsync(long process, CancellationToken cancel)
    {
        var said = await AskAsync("guest-exec-status", new() { ["pid"] = process }, cancel);
        if (!(bool)said["exited"]!)
            return null;
        return new((int?)said["exitcode"] ?? (BySignal + ((int?)said["signal"] ?? 0)), Bytes(said["out-data"]), Bytes(said["err-data"]));
    }

    public async Task<long?> OpenAsync(string path, bool write, CancellationToken cancel)
    {
        try
        {
            return (long)await AskAsync("guest-file-open", new() { ["path"] = path, ["mode"] = write ? "w" : "r" }, cancel);
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
            cancel
        );
        return Bytes((await AskAsync("guest-file-read", new() { ["handle"] = file, ["count"] = IGuestAgent.Piece }, cancel))["buf-b64"]);
    }

    public Task WriteAsync(long file, ReadOnlyMemory<byte> piece, CancellationToken cancel) =>
        AskAsync("guest-file-write", new() { ["handle"] = file, ["buf-b64"] = Convert.ToBase64String(piece.Span) }, cancel);

    public Task CloseAsync(long file, CancellationToken cancel) => AskAsync("guest-file-close", new() { ["handle"] = file }, cancel);

    Task<JsonNode> AskAsync(string command, JsonObject arguments, CancellationToken cancel, int seconds = Seconds) =>
        host.AskAgentAsync(domain, new JsonObject { ["execute"] = command, ["arguments"] = arguments }.ToJsonString(), seconds, cancel);

    static byte[] Bytes(JsonNode? data) => data is null ? [] : Convert.FromBase64String((string)data!);
}
