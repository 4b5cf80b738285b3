using System.Collections.Immutable;
using System.Net;
using Croft.Farms;

namespace Croft.Images;

/// <summary>
/// What a guest is told at first boot: who it is, its networks, its keys, its disks. Everything is decided before the guest starts.
/// A new <paramref name="InstanceId"/> makes a guest do its first boot's work again (host key, users, file systems on empty disks).
/// </summary>
/// <param name="HostKeyPrivate">The ed25519 host key in OpenSSH's file format, without passphrase.</param>
/// <param name="HostKeyPublic">Its public half in OpenSSH's one-line form.</param>
/// <param name="AuthorizedKeys">OpenSSH one-line form, options included; they log in as <paramref name="User"/>.</param>
/// <param name="Nics">The first carries the default route.</param>
/// <param name="Disks">Disks besides the root disk.</param>
/// <param name="User">The login, made when it is not there, with sudo; root needs no making.</param>
public sealed record SeedContent(
    string Hostname,
    string InstanceId,
    string HostKeyPrivate,
    string HostKeyPublic,
    ImmutableArray<string> AuthorizedKeys,
    ImmutableArray<SeedNic> Nics,
    ImmutableArray<SeedDisk> Disks,
    string User = "root"
)
{
    /// <summary>Of the login's password, as in <c>/etc/shadow</c>; null where it has none.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Where its ssh server listens.</summary>
    public int SshPort { get; init; } = LoginSpec.SshPort;

    /// <summary>What it is told further, and in which language.</summary>
    public FirstBootSpec FirstBoot { get; init; } = new();

    /// <summary>Of further users' passwords.</summary>
    public ImmutableArray<(string User, string Hash)> Passwords { get; init; } = [];

    /// <summary>
    /// Whether a script of Croft's waits in it for the identity of a fork, in place of a guest agent that its image may not have.
    /// </summary>
    public bool HasWaiter { get; init; }

    /// <summary>What an installer has to know of the machine.</summary>
    public (string Arch, Firmware Firmware) Hardware { get; init; } = ("x86_64", Firmware.Bios);

    /// <summary>Whether Croft built its image: its cloud-init writes for systemd-networkd alone.</summary>
    public bool IsBuilt { get; init; }

    /// <summary>Whether its cloud-init was built to do no more than a seed of Croft's needs: it is told to do all.</summary>
    public bool IsTrimmed { get; init; }
}

/// <summary>A network card, found by its address, and how it is set.</summary>
/// <param name="Mac">Such as <c>52:54:00:12:34:56</c>.</param>
/// <param name="Name">What it is called in the guest: <c>eth0</c>, …</param>
/// <param name="Address">IPv4, or IPv6 where it has no other; null asks DHCP.</param>
/// <param name="PrefixLength">Of the address's network.</param>
/// <param name="Gateway">The way to everywhere else; null is none.</param>
/// <param name="Dns">Name servers; the first card that has any decides.</param>
/// <param name="Search">The domain of names without a dot.</param>
public sealed record SeedNic(
    string Mac,
    string Name,
    IPAddress? Address = null,
    int PrefixLength = 24,
    IPAddress? Gateway = null,
    ImmutableArray<IPAddress> Dns = default,
    string? Search = null
)
{
    /// <summary>IPv6, beside the other; its router tells of itself.</summary>
    public IPAddress? Address6 { get; init; }

    /// <summary>Of the IPv6 address's network.</summary>
    public int Prefix6 { get; init; } = 64;

    /// <summary>The largest frame, in bytes; null is Ethernet's.</summary>
    public int? Mtu { get; init; }

    /// <summary>Whether it takes no routes of DHCP's: another card leads to everywhere else.</summary>
    public bool IsAside { get; init; }
}

/// <summary>A disk, found by the serial number that the hypervisor gives it (at most 20 characters: virtio's limit).</summary>
/// <param name="Format">The file system made on it while it holds none; null makes none. Swap is in use from then on.</param>
/// <param name="Mount">Where it is mounted; null mounts it nowhere.</param>
public sealed record SeedDisk(string Serial, string? Format = null, string? Mount = null);
