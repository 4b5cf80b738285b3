using System.Net.Sockets;
using Croft.Farms;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>Where an LXD or Incus answers: <c>lxd://</c>, <c>lxd:///path/of/a/socket</c>; <c>?project=name</c> behind it.</summary>
sealed class LxdAddress
{
    /// <summary>Of Debian's packages, the snap's, and Incus'.</summary>
    static readonly string[] LxdSockets = ["/var/lib/lxd/unix.socket", "/var/snap/lxd/common/lxd/unix.socket"];

    static readonly string[] IncusSockets = ["/run/incus/unix.socket", "/var/lib/incus/unix.socket"];

    readonly string uri;
    readonly string? project;
    readonly string? socket;
    readonly HypervisorAddress address;

    public LxdAddress(string uri)
    {
        this.uri = uri;
        address = new(uri);
        IsIncus = uri.StartsWith("incus", StringComparison.Ordinal);
        project = address.Parameter("project");
        socket = address.Path.Length > 1 ? address.Path : null;
    }

    public bool IsIncus { get; }

    public static bool Is(string uri) =>
        uri.StartsWith("lxd://", StringComparison.Ordinal) || uri.StartsWith("incus://", StringComparison.Ordinal);

    public bool IsHere => address.Authority.Length == 0;

    string[] Sockets => socket is null ? (IsIncus ? IncusSockets : LxdSockets) : [socket];

    public LxdClient Open(string name)
    {
        if (!IsHere)
            throw CroftException.World($"hypervisor \"{name}\" ({uri}): other hosts are not reached yet", "lxd:// is this host's");
        var there = Sockets.FirstOrDefault(File.Exists)
            ?? throw CroftException.World(
                $"hypervisor \"{name}\" ({uri}): no {(IsIncus ? "Incus" : "LXD")} listens on this host: there is no {string.Join(" or ", Sockets)}",
                IsIncus ? "apt-get install incus; incus admin init --minimal" : "apt-get install lxd; lxd init --minimal"
            );
        return new LxdClient(there, project);
    }

    public CroftException Refused(string name, LxdException e) =>
        e.InnerException is not null && Innermost(e) is SocketException { SocketErrorCode: SocketError.AccessDenied }
            ? CroftException.World(
                $"hypervisor \"{name}\" ({uri}): this user may not use {Sockets.First(File.Exists)}",
                $"be root, or of its group: usermod -aG {(IsIncus ? "incus-admin" : "lxd")} $USER, and log in again",
                e
            )
            : CroftException.World($"hypervisor \"{name}\" ({uri}) does not answer: {PlainText.Line(e.Message)}", IEngine.LostHint, e);

    public override string ToString() => uri;

    static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e;
    }
}
