using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Guests;

/// <summary>How one guest is reached by ssh.</summary>
/// <param name="Name">The machine's name.</param>
/// <param name="Alias">Its name in known_hosts, <c>farm.machine</c>: an address that is used again never meets an old key.</param>
/// <param name="Port">22, or the forwarded port on the hypervisor's loopback.</param>
/// <param name="HostKey">Its public host key, one OpenSSH line without comment.</param>
public sealed record GuestAccess(string Name, string Alias, IPAddress Address, int Port, string User, string HostKey)
{
    /// <summary>The hosts that ssh goes through, in order; empty is directly.</summary>
    public ImmutableArray<Jump> Jumps { get; init; } = [];

    /// <summary>
    /// The machine of the farm that it is inside of, and that ssh goes through; null when its hypervisor is a host outside.
    /// </summary>
    public string? Inside { get; init; }

    /// <summary>
    /// Ports of the hypervisor that lead to its own, where its address is not reached: <c>tcp:127.0.0.1:8080-:80</c> each.
    /// </summary>
    public string Forwards { get; init; } = "";

    /// <summary>Where a port of the guest is reached; null where nothing leads to it.</summary>
    internal (IPAddress Address, int Port)? DoorTo(int port, bool isForwarded)
    {
        if (!isForwarded)
            return (Address, port);
        foreach (var forward in Forwards.Split(' '))
        {
            if (
                forward.Split('-') is [var outer, var inner]
                && inner == string.Create(CultureInfo.InvariantCulture, $":{port}")
                && outer.Split(':') is ["tcp", var host, var at]
            )
                return (
                    IPAddress.TryParse(host, out var there) && !there.Equals(IPAddress.Any) ? there : IPAddress.Loopback,
                    int.Parse(at, CultureInfo.InvariantCulture)
                );
        }

        return null;
    }

    /// <summary>Whether only forwarded ports lead to it.</summary>
    internal bool IsForwarded { get; init; }

    /// <summary>By which passwords it is entered, and who works in it.</summary>
    public LoginSpec Login { get; init; } = new();

    /// <summary>
    /// The card that a machine is reached by: the first that has an address of Croft's or a forwarded port, else one that others gave; null
    /// when Croft knows of none.
    /// </summary>
    internal static Nic? FirstReachable(ImmutableArray<Nic> nics) =>
        nics.FirstOrDefault(n => n.IsDoor) ?? nics.FirstOrDefault(n => n.Seen is not null);

    /// <summary>How a machine is reached as it is declared; it may not exist yet, and so has no key.</summary>
    internal static GuestAccess Of(Farm farm, string? hypervisor, MachineSpec machine, Nic? door = null) =>
        Of(farm, hypervisor, machine.Name, door, machine.User, machine.Login, hostKey: "");

    /// <summary>How a machine of a farm is reached by that card.</summary>
    internal static GuestAccess Of(Farm farm, string? hypervisor, string machine, Nic? door, string user, LoginSpec login, string hostKey)
    {
        var host = farm.Hypervisors.FirstOrDefault(h => h.Name == hypervisor);
        return new(
            machine,
            new MachineId(farm.Name, machine).ToString(),
            door is { Port: null, Place: { } place } ? place : IPAddress.Loopback,
            door?.Port ?? login.Port,
            user,
            hostKey
        )
        {
            Login = login,
            Forwards = door?.Forwards ?? "",
            IsForwarded = door?.Port is not null,
            Jumps = host?.Jumps ?? [],
            Inside = host?.Machine,
        };
    }
}

/// <summary>Where the files are that OpenSSH needs for the guests of a farm.</summary>
/// <param name="Folder">The farm's <c>.croft</c>: ssh_config and known_hosts.</param>
/// <param name="UserKey">The private key that logs in.</param>
/// <param name="Sockets">Folder, with a short path, of the shared connections.</param>
public sealed record SshFiles(string Folder, string UserKey, string Sockets)
{
    /// <summary>What a Unix socket's path may take, less what ssh adds to it for a moment.</summary>
    const int LongestSocket = 107 - 17;

    /// <summary>Who hands out passwords; null where there are none.</summary>
    internal PasswordDesk? Desk { get; init; }

    /// <summary>Whether a folder's path leaves room for the names of the sockets in it.</summary>
    public static bool IsShort(string sockets) => Encoding.UTF8.GetByteCount(sockets) + 1 + SshConfig.LongestName <= LongestSocket;

    /// <summary>The generated configuration, for <c>ssh -F</c>.</summary>
    public string Config => Path.Combine(Folder, "ssh_config");

    /// <summary>The host keys that Croft decided.</summary>
    public string KnownHosts => Path.Combine(Folder, "known_hosts");

    /// <summary>An ssh that knows this configuration, for libvirt, which takes no other option than the program.</summary>
    internal string Program => Path.Combine(Folder, "ssh");

    /// <summary>
    /// The same for the way through one machine of the farm to what runs in it: its own files, which no other command writes otherwise.
    /// </summary>
    internal SshFiles Through(string machine) => this with { Folder = Path.Combine(Folder, "hypervisors", machine) };
}
