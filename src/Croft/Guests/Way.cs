using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>
/// The way to guests behind another host: an ssh that goes there and hands on what is said. All guests behind a host share one connection
/// to it. Nobody is
/// asked on a terminal.
/// </summary>
sealed class Way
{
    const int SshFailed = 255;

    /// <summary>How long a host has to say that it hands nothing on.</summary>
    static readonly TimeSpan CheckTime = TimeSpan.FromSeconds(15);

    /// <summary>What the hosts outside that were asked said, by the shared connection to them.</summary>
    static readonly ConcurrentDictionary<string, Lazy<Task<string>>> asked = new();

    readonly ImmutableArray<string> options;
    readonly string host;
    readonly string? outside;

    /// <param name="outside">The socket of the shared connection where the last host is none of the farm's machines.</param>
    Way(ImmutableArray<string> options, string host, string? outside) => (this.options, this.host, this.outside) = (options, host, outside);

    /// <summary>Through hosts outside: the ssh reads the user's configuration, keys and known hosts as libvirt's does.</summary>
    /// <param name="jumps">At least one, in order.</param>
    /// <param name="sockets">Folder of the shared connections.</param>
    public static Way Through(ImmutableArray<Jump> jumps, string sockets) =>
        new(OptionsOf(jumps, sockets), jumps[^1].Host, Path.Combine(sockets, IdOf(jumps)));

    /// <summary>
    /// Through a machine of the farm, by the way's own configuration. That says how the machine itself is reached, however deep it is
    /// inside others.
    /// </summary>
    public static Way Through(string machine, SshFiles own) => new(["-F", own.Config, "-o", "BatchMode=yes"], machine, outside: null);

    /// <summary>For <c>ssh_config</c>, where % is special.</summary>
    public string ProxyCommand =>
        $"ssh {string.Join(' ', options.Select(Word)).Replace("%", "%%", StringComparison.Ordinal)} -W '[%h]:%p' -- {host}";

    /// <summary>A connection to an address as seen from there: what comes is its output.</summary>
    public Tool To(IPAddress address, int port) =>
        new("ssh", [.. options, "-W", string.Create(CultureInfo.InvariantCulture, $"[{address}]:{port}"), "--", host]);

    /// <summary>A command line of the shell there.</summary>
    /// <param name="anew">By a connection of its own: whether one can be made is then known, too.</param>
    public Tool Do(string command, bool anew) =>
        new("ssh", [.. anew ? ["-o", "ControlMaster=no", "-o", "ControlPath=none"] : (string[])[], .. options, "--", host, command]);

    /// <summary>
    /// Why a port there does not accept connections; null when it does. Its service may say nothing, so what ssh says of the connection
    /// counts.
    /// </summary>
    public async Task<string?> RefusalAsync(IPAddress address, int port, CancellationToken cancel)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var open = false;
        var tool = To(address, port);
        try
        {
            var result = await (
                tool with
                {
                    Arguments = ["-v", "-o", "ControlMaster=no", .. tool.Arguments], // one that talks keeps its stderr open as long as it is shared
                    Line = line =>
                    {
                        if (!line.Contains("master session id", StringComparison.Ordinal))
                            return;
                        open = true;
                        enough.Cancel();
                    },
                }
            ).RunAsync(enough.Token);
            return result.ExitCode == 0 ? null : Words(result);
        }
        catch (OperationCanceledException) when (open && !cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>
    /// Looks, once for each host outside, whether it forbids to hand connections on, which no waiting mends. ssh says that only of a
    /// connection of its own; of the
    /// shared one it says the same as of a guest that does not listen yet. The shared one goes then: it would fail on, though the host were
    /// mended.
    /// </summary>
    /// <exception cref="CroftException">It forbids it.</exception>
    public async Task CheckAsync(IPAddress address, int port, CancellationToken cancel)
    {
        if (outside is null)
            return;
        // Who asked first may have heard enough, or be cancelled, while others wait for the answer.
        var words = await asked.GetOrAdd(outside, _ => new(() => AskAsync(address, port))).Value.WaitAsync(cancel);
        if (!words.Contains("administratively prohibited", StringComparison.Ordinal))
            return;
        await new Tool("ssh", [.. options, "-O", "exit", "--", host]).RunAsync(cancel);
        asked.TryRemove(outside, out _);
        throw CroftException.World(
            $"{host}, through which ssh goes to the guests, does not let it go on to {address}:{port} (administratively prohibited)",
            $"AllowTcpForwarding yes, or local, in /etc/ssh/sshd_config of {host}, and nothing in PermitOpen that leaves {address} out"
        );
    }

    async Task<string> AskAsync(IPAddress address, int port)
    {
        using var late = new CancellationTokenSource(CheckTime);
        var tool = To(address, port);
        try
        {
            return (
                await (tool with { Arguments = ["-o", "ControlPath=none", "-o", "LogLevel=INFO", .. tool.Arguments] }).RunAsync(late.Token)
            ).Error;
        }
        catch (OperationCanceledException)
        {
            return ""; // it hands on, and nobody speaks at the other end
        }
    }

    /// <summary>Opens the shared connection through hosts outside. A host whose login permits no commands is good enough.</summary>
    /// <exception cref="CroftException">ssh cannot log in there.</exception>
    public static async Task OpenAsync(string hypervisor, ImmutableArray<Jump> jumps, string sockets, CancellationToken cancel)
    {
        var last = jumps[^1];
        var result = await new Tool("ssh", [.. OptionsOf(jumps, sockets), "--", last.Host, "true"]).RunAsync(cancel);
        if (result.ExitCode == SshFailed)
            throw CroftException.World(
                $"the guests of hypervisor \"{hypervisor}\" are reached through {string.Join(", then ", jumps)}, and ssh cannot log in there: {result.LastWords}",
                $"make this work: ssh {(jumps.Length > 1 ? $"-J {string.Join(',', jumps[..^1])} " : "")}{(last.KeyFile is null ? "" : $"-i {last.KeyFile} ")}{(last.Port is null ? "" : $"-p {last.Port} ")}{(last with { Port = null })} true"
            );
    }

    static ImmutableArray<string> OptionsOf(ImmutableArray<Jump> jumps, string sockets) =>
        [
            "-o",
            "BatchMode=yes",
            "-o",
            "ControlMaster=auto",
            "-o",
            "ControlPersist=10m",
            "-o",
            "ControlPath=" + SshConfig.Quote(Path.Combine(sockets, IdOf(jumps))),
            "-o",
            "ConnectTimeout=10",
            "-o",
            "ServerAliveInterval=5",
            "-o",
            "ServerAliveCountMax=3",
            .. jumps[^1].IsVerified ? [] : (string[])["-o", "StrictHostKeyChecking=no"],
            .. jumps[^1].KnownHosts is { } known ? ["-o", "UserKnownHostsFile=" + SshConfig.Quote(known)] : (string[])[],
            .. jumps[^1].KeyFile is { } key ? ["-i", key] : (string[])[],
            .. jumps[^1].User is { } user ? ["-l", user] : (string[])[],
            .. jumps[^1].Port is { } port ? ["-p", port.ToString(CultureInfo.InvariantCulture)] : (string[])[],
            .. jumps.Length > 1 ? ["-J", string.Join(',', jumps[..^1])] : (string[])[],
        ];

    /// <summary>Why a connection was not made, as ssh says it last.</summary>
    public static string Words(ToolResult result) =>
        result.LastWords.Contains("refused", StringComparison.Ordinal) ? "nobody answers there yet" : result.LastWords.Split(" / ")[^1];

    static string Word(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '=' or '@') ? text : ShellWord.Quote(text);

    /// <summary>Of everything that decides who is spoken to, as whom.</summary>
    static string IdOf(ImmutableArray<Jump> jumps) =>
        "way-"
        + Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', jumps.Select(j => $"{j} {j.KeyFile} {j.KnownHosts} {j.IsVerified}"))))
        )[..16];
}
