using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;

namespace Croft.Engines;

/// <summary>A network card with the identity that Croft decided.</summary>
/// <param name="Bridge">libvirt's name of the network, such as <c>farm.network</c>, or the hypervisor's own bridge or card; null with user
/// networking.</param>
/// <param name="Address">Null when somebody else decides it.</param>
/// <param name="Port">Loopback port of the hypervisor that leads to the guest's ssh; null where the address does.</param>
public sealed record Nic(string Network, string? Bridge, string Mac, IPAddress? Address, int? Port)
{
    /// <summary>What the bridge is that is named.</summary>
    public NicSource Source { get; init; }

    /// <summary>What the guest sees; null is virtio.</summary>
    public string? Model { get; init; }

    /// <summary>The filter of its packets; null is none.</summary>
    public string? Filter { get; init; }

    /// <summary>Its IPv6 address, where its network has such.</summary>
    public IPAddress? Address6 { get; init; }

    /// <summary>
    /// Ports of the hypervisor that lead to the guest, with user networking, as QEMU writes them, with spaces between; empty for none.
    /// </summary>
    public string Forwards { get; init; } = "";

    /// <summary>
    /// Whether the user card that its port leads over leads from the guest nowhere: no network of the machine's leads out.
    /// </summary>
    public bool IsClosed { get; init; }

    /// <summary>The bridge that it joins where another engine of its host makes the network; null where its own does.</summary>
    public string? Parent { get; init; }

    /// <summary>Whether the way to everywhere else leads over it; null leaves that to the first card that has one.</summary>
    [JsonIgnore]
    public bool? DefaultRoute { get; init; }

    /// <summary>Whether its network has the name server that the guest asks: one of all its cards.</summary>
    [JsonIgnore]
    public bool AsksNames { get; init; }

    /// <summary>The address that its guest was seen with, where somebody else decides it; asked each time and never kept.</summary>
    [JsonIgnore]
    public IPAddress? Seen { get; init; }

    /// <summary>
    /// The user card beside a card on a switch: the hypervisor reaches no switch of a user's itself, and nothing leads out of one. Each
    /// machine has one of its own, so all have the same MAC, and a fork nothing to learn.
    /// </summary>
    internal static Nic WayOf(Nic nic) =>
        new(nic.Network, null, "52:54:0a:00:02:0f", null, nic.Port) { Forwards = nic.Forwards, IsClosed = nic.IsClosed };

    /// <summary>It as a record keeps it: what a plan works out anew each time is not in it.</summary>
    internal Nic Kept => this with { DefaultRoute = null, AsksNames = false, Seen = null };

    /// <summary>Whether its address leads to it from the hypervisor.</summary>
    [JsonIgnore]
    internal bool IsDoor => Port is not null || (Address is not null && Source != NicSource.Switch);

    /// <summary>Whether somebody else decides its address.</summary>
    [JsonIgnore]
    public bool IsOutside => Bridge is not null && Address is null;

    /// <summary>The one of a guest's addresses on a card by which others reach it; null when there is none.</summary>
    internal static IPAddress? Reached(IEnumerable<string?> addresses)
    {
        var all = addresses
            .Select(a => IPAddress.TryParse(a, out var parsed) ? parsed : null)
            .OfType<IPAddress>()
            .Where(a => !IPAddress.IsLoopback(a))
            .ToList();
        return all.Find(a => a.AddressFamily == AddressFamily.InterNetwork && a.GetAddressBytes() is not [169, 254, ..])
            ?? all.Find(a => a is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv6LinkLocal: false });
    }

    /// <summary>All addresses that are known.</summary>
    [JsonIgnore]
    public IEnumerable<IPAddress> Addresses => new[] { Place, Address6 }.OfType<IPAddress>();

    /// <summary>Where it is reached; null while nobody knows.</summary>
    [JsonIgnore]
    public IPAddress? Place => Address ?? Seen;
}

/// <summary>What of a hypervisor a card is connected to.</summary>
public enum NicSource
{
    /// <summary>A network of libvirt's.</summary>
    Network,

    /// <summary>A bridge.</summary>
    Bridge,

    /// <summary>A network card, by macvtap.</summary>
    Device,

    /// <summary>A tap device.</summary>
    Tap,

    /// <summary>A VDE switch: a network of a user without root, or one by its path.</summary>
    Switch,
}
