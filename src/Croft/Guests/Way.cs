using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>
/// The way to guests behind a host: an ssh of its own, which reads the user's configuration, keys and known hosts as libvirt's does. All guests behind a
/// host share one connection to it. Nobody is asked on a terminal.
/// </summary>
/// <param name="jumps">At least one, in order.</param>
/// <param name="sockets">Folder of the shared connections.</param>
sealed class Way(ImmutableArray<Jump> jumps, string sockets)
{
    const int SshFailed = 255;

    Jump Last => jumps[^1];

    /// <summary>For <c>ssh_config</c>, where % is special.</summary>
    public string ProxyCommand => $"ssh {string.Join(' ', Options.Select(Word)).Replace("%", "%%", StringComparison.Ordinal)} -W '[%h]:%p' -- {Last.Host}";

    /// <summary>A connection to an address as seen from there: what comes is its output.</summary>
    public Tool To(IPAddress address, int port) => new("ssh", [.. Options, "-W", string.Create(CultureInfo.InvariantCulture, $"[{address}]:{port}"), "--", Last.Host]);

    /// <summary>Why a port there does not accept connections; null when it does. Its service may say nothing, so what ssh says of the connection counts.</summary>
    public async Task<string?> RefusalAsync(IPAddress address, int port, CancellationToken cancel)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var open = false;
        var tool = To(address, port);
        try
        {
            var result = await (tool with
            {
                Arguments = ["-v", .. tool.Arguments],
                Line = line =>
                {
                    if (!line.Contains("master session id", StringComparison.Ordinal))
                        return;
                    open = true;
                    enough.Cancel();
                },
            }).RunAsync(enough.Token);
            return result.ExitCode == 0 ? null : Words(result);
        }
        catch (OperationCanceledException) when (open && !cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Opens the shared connection. A host whose login permits no commands is good enough.</summary>
    /// <exception cref="CroftException">ssh cannot log in there.</exception>
    public async Task OpenAsync(string hypervisor, CancellationToken cancel)
    {
        var result = await new Tool("ssh", [.. Options, "--", Last.Host, "true"]).RunAsync(cancel);
        if (result.ExitCode == SshFailed)
            throw CroftException.World(
                $"the guests of hypervisor \"{hypervisor}\" are reached through {string.Join(", then ", jumps)}, and ssh cannot log in there: {result.LastWords}",
                $"make this work: ssh {(jumps.Length > 1 ? $"-J {string.Join(',', jumps[..^1])} " : "")}{(Last.KeyFile is null ? "" : $"-i {Last.KeyFile} ")}{(Last.Port is null ? "" : $"-p {Last.Port} ")}{(Last with { Port = null })} true");
    }

    IReadOnlyList<string> Options =>
    [
        "-o", "BatchMode=yes", "-o", "ControlMaster=auto", "-o", "ControlPersist=10m", "-o", "ControlPath=" + SshConfig.Quote(Path.Combine(sockets, Id)),
        "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3",
        .. Last.IsVerified ? [] : (string[])["-o", "StrictHostKeyChecking=no"],
        .. Last.KnownHosts is { } known ? ["-o", "UserKnownHostsFile=" + SshConfig.Quote(known)] : (string[])[],
        .. Last.KeyFile is { } key ? ["-i", key] : (string[])[],
        .. Last.User is { } user ? ["-l", user] : (string[])[],
        .. Last.Port is { } port ? ["-p", port.ToString(CultureInfo.InvariantCulture)] : (string[])[],
        .. jumps.Length > 1 ? ["-J", string.Join(',', jumps[..^1])] : (string[])[],
    ];

    /// <summary>Why a connection was not made, as ssh says it last.</summary>
    public static string Words(ToolResult result) =>
        result.LastWords.Split(" / ")[^1] is var last && last.Contains("refused", StringComparison.Ordinal) ? "nobody answers there yet" : last;

    static string Word(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '=' or '@') ? text : Shell.Quote(text);

    /// <summary>Of everything that decides who is spoken to, as whom.</summary>
    string Id => "way-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', jumps.Select(j => $"{j} {j.KeyFile} {j.KnownHosts} {j.IsVerified}")))))[..16];
}
