using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>
/// Puts a network card of a hypervisor into a new bridge, or takes it out again. The host's own script does it, by whatever manages its
/// network, and puts all back after <see cref="Patience"/> unless Croft got through again and said so.
/// </summary>
/// <param name="host">As ssh goes there; null for this host.</param>
/// <param name="sockets">Folder of the shared connections.</param>
sealed class HostBridge(Jump? host, string sockets)
{
    const string Folder = "/var/lib/croft-bridge/";

    const int Refused = 3;

    /// <summary>How long the host waits for the confirmation.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Leaves room for the confirmation itself.</summary>
    static readonly TimeSpan Tries = TimeSpan.FromSeconds(25);

    static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    /// <summary>The network card of this host that leads to everywhere else; null when none does.</summary>
    public static string? UplinkOfThisHost => LocalHost.Uplink();

    /// <summary>The bridges that this host does not have, of those that machines of the farm are on where they run here.</summary>
    public static IEnumerable<string> MissingOf(Farm farm) =>
        from network in farm.Networks
        where network is { Mode: NetworkMode.Bridge, Source: not null } && !Directory.Exists($"/sys/class/net/{network.Source}")
        where farm.Machines.Any(m => m.Networks.Any(n => n.Network == network.Name))
        where farm.Hypervisors is [{ IsLocal: true, IsSession: false, IsLxd: false }]
        select network.Source;

    /// <summary>Makes the bridge. Returns what people should know besides.</summary>
    /// <exception cref="CroftException">It cannot be made, or the host was not reached again; all is as before.</exception>
    public Task<string> CreateAsync(string bridge, string uplink, CancellationToken cancel) =>
        ChangeAsync("create", bridge, uplink, bridge, cancel);

    /// <summary>Removes a bridge that Croft made; the card has its addresses again.</summary>
    /// <exception cref="CroftException">Croft did not make it, or the host was not reached again; all is as before.</exception>
    public Task<string> RemoveAsync(string bridge, CancellationToken cancel) => ChangeAsync("remove", bridge, "-", null, cancel);

    /// <param name="over">The device over which the gateway is to be reached afterwards; null for whichever.</param>
    async Task<string> ChangeAsync(string verb, string bridge, string uplink, string? over, CancellationToken cancel)
    {
        var script = Folder + bridge;
        var seconds = (int)Patience.TotalSeconds;
        var send =
            $"umask 077; mkdir -p {script} && cat >{script}/script && exec sh {script}/script {verb} {bridge} {uplink} {seconds} 2>>{script}/log";
        var said = Checked(await (Do(send, anew: false) with { Input = ScriptAsync, IsApart = true }).RunAsync(cancel), bridge);
        var gateway = IPAddress.TryParse(said.ElementAtOrDefault(1), out var address) ? address : null;
        using var told = Waits.For($"{Host} to be reached again");
        var reached = await Poll.UntilAsync(() => ConfirmAsync(bridge, gateway, over, cancel), Often, Tries, cancel);
        return reached is null
            ? throw CroftException.World(
                $"{Host} was not reached again by {over ?? "its network card"}{(gateway is null ? "" : $", nor {gateway} from it")}; after {seconds} s it has put back everything",
                $"its log is {script}/log there"
            )
            : string.Join('\n', Checked(reached, bridge));
    }

    string Host => host?.Host ?? "this host";

    /// <summary>From elsewhere by a connection of its own; from the host itself by its gateway's answer.</summary>
    async Task<ToolResult?> ConfirmAsync(string bridge, IPAddress? gateway, string? over, CancellationToken cancel)
    {
        if (host is null && gateway is not null && !await AnswersAsync(gateway, over, cancel))
            return null;
        var result = await Do($"sh {Folder}{bridge}/script confirm {bridge}", anew: true).RunAsync(cancel);
        return result.ExitCode is 0 or Refused ? result : null;
    }

    /// <summary>Whether a neighbour is there: the kernel asks for its MAC when something is sent to it.</summary>
    static async Task<bool> AnswersAsync(IPAddress gateway, string? over, CancellationToken cancel)
    {
        try
        {
            using var door = new UdpClient();
            await door.SendAsync(new byte[1], new IPEndPoint(gateway, 9), cancel);
        }
        catch (SocketException)
        {
            return false; // no route yet
        }

        string[] device = over is null ? [] : ["dev", over];
        var known = await new Tool("ip", ["neigh", "show", gateway.ToString(), .. device]).RunAsync(cancel);
        return known.Output.Contains("lladdr", StringComparison.Ordinal) && !known.Output.Contains("FAILED", StringComparison.Ordinal);
    }

    Tool Do(string command, bool anew) => host is null ? new Tool("sh", "-c", command) : Way.Through([host], sockets).Do(command, anew);

    string[] Checked(ToolResult result, string bridge)
    {
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return result.ExitCode == 0 ? lines
            : result.ExitCode == Refused && lines.Length > 1 ? throw CroftException.World($"{Host}: {lines[^2]}", lines[^1])
            : throw CroftException.World(
                $"{Host}: the script of bridge {bridge} ended with exit code {result.ExitCode}: {result.LastWords}",
                "what it changed is put back within 30 s"
            );
    }

    static async Task ScriptAsync(Stream to, CancellationToken cancel)
    {
        await using var script = Assembly.GetExecutingAssembly().GetManifestResourceStream("host_bridge.sh")!;
        await script.CopyToAsync(to, cancel);
    }
}
