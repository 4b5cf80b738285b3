using System.Collections.Immutable;
using Croft.Engines;
using Croft.Engines.Lxd;
using Croft.Farms;
using Croft.Guests;

namespace Croft.Lifecycle;

/// <summary>What the library may not find out by itself: the program that uses it says so.</summary>
/// <param name="Data">The user's folder that is kept: ssh key, pools. <c>~/.local/share/croft</c>.</param>
/// <param name="Cache">The user's folder that can be made again: images. <c>~/.cache/croft</c>.</param>
/// <param name="Runtime">A folder of the user's own with a short path: sockets.</param>
/// <param name="LocalUri">The local hypervisor: <c>qemu:///system</c> for root, <c>qemu:///session</c> otherwise.</param>
/// <param name="SessionPool">Folder of Croft's pool on the user's own hypervisor.</param>
public sealed record Settings(string Data, string Cache, string Runtime, string LocalUri, string SessionPool, TimeProvider Clock)
{
    /// <summary>Where this host's containers run: what the client's own variables say, else what listens.</summary>
    public static string ContainerUri(string? lxd, string? incus) => LxdAddress.Here(lxd, incus);

    /// <summary>The same where it is there; else null.</summary>
    public static string? ContainersHere(string? lxd, string? incus) => LxdAddress.There(lxd, incus);

    /// <summary>The private key that logs in to guests.</summary>
    public string UserKey => Path.Combine(Data, "id_ed25519");

    /// <summary>
    /// Why the user's own hypervisor may not be used; null when it may. Without a runtime folder libvirt starts a second daemon, blind to
    /// the first, on the same machines.
    /// </summary>
    public CroftException? SessionRefusal { get; init; }

    /// <summary>This host's own id, whatever it is called: a farm folder that several share is at a place of its own on each.</summary>
    public string HostId { get; init; } = "local";

    /// <summary>The caller's environment: settings of Ansible in it may make that ask people, and task lists may read all of it.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The kernel that the caller gave libguestfs by <c>SUPERMIN_KERNEL</c>; null takes one of <c>/boot</c>.</summary>
    public string? GuestfsKernel { get; init; }

    /// <summary>Takes what the user should know of hypervisors that do not answer.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>Whether croft.lock may not be changed: an image that it does not name is refused.</summary>
    public bool IsLocked { get; init; }

    /// <summary>Where the user's own LXD and Incus clients keep the remotes that they know; lxc's, then incus'.</summary>
    public IReadOnlyList<string> RemoteFolders { get; init; } = [];

    internal LxdTrust LxdTrust => new(Path.Combine(Data, "lxd"), RemoteFolders);

    /// <summary>Finds passwords.</summary>
    public Secrets Secrets { get; init; } = new(_ => null, (_, _) => null);

    /// <summary>This program, which ssh asks for passwords.</summary>
    public string Program { get; init; } = "croft";

    /// <summary>The user's own <c>known_hosts</c>: who stands in it is known.</summary>
    public string KnownHosts { get; init; } = "/nowhere";

    /// <summary>Whether the user vouches for host keys that nobody else does.</summary>
    public bool AcceptsHostKeys { get; init; }

    /// <summary>What machines are made of and reached by.</summary>
    internal IBackends Backends { get; init; } = new Backends();

    /// <summary>Connects to a hypervisor.</summary>
    /// <exception cref="CroftException">It does not answer, or it may not be used.</exception>
    internal Task<IEngine> ConnectAsync(string name, string uri, CancellationToken cancel) =>
        ConnectAsync(name, uri, HypervisorSpec.DefaultConnectionTimeout, cancel);

    internal async Task<IEngine> ConnectAsync(string name, string uri, TimeSpan within, CancellationToken cancel) =>
        SessionRefusal is { } refusal && uri.StartsWith("qemu:///session", StringComparison.Ordinal)
            ? throw CroftException.World($"hypervisor \"{name}\" ({uri}) cannot be used: {refusal.Message}", refusal.Hint)
            : await Backends.ConnectAsync(name, uri, this, within, cancel);
}
