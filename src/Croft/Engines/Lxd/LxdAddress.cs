using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Croft.Farms;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>
/// Where an LXD or Incus answers: <c>lxd://</c> and <c>lxd:///path/of/a/socket</c> here, <c>lxd://host:8443</c> elsewhere,
/// <c>lxd://name</c> as the user's own client knows it; <c>?project=name</c> behind it.
/// </summary>
sealed partial class LxdAddress
{
    const int UsualPort = 8443;

    /// <summary>Of Debian's packages, the snap's, and Incus'.</summary>
    static readonly string[] LxdSockets = ["/var/lib/lxd/unix.socket", "/var/snap/lxd/common/lxd/unix.socket"];

    /// <summary>Behind the path of a socket: one beside it, for users who have a restricted project of their own.</summary>
    const string OfUsers = ".user";

    /// <summary>The same of the snap's.</summary>
    const string SnapOfUsers = "/var/snap/lxd/common/lxd-user/unix.socket";

    static readonly string[] IncusSockets = ["/run/incus/unix.socket", "/var/lib/incus/unix.socket"];

    readonly string uri;
    readonly LxdTrust trust;
    readonly string? socket;
    readonly LxdRemote? remote;
    readonly Uri? host;

    public LxdAddress(string uri, LxdTrust trust)
    {
        (this.uri, this.trust) = (uri, trust);
        var address = new HypervisorAddress(uri);
        IsIncus = uri.StartsWith("incus", StringComparison.Ordinal);
        remote = address.Authority.Length > 0 ? trust.Find(address.Authority, IsIncus) : null;
        Project = address.Parameter("project") ?? remote?.Project;
        socket = address.Path.Length > 1 ? address.Path : remote?.Socket;
        host =
            remote is { IsHere: true } || address.Authority.Length == 0 ? null : HostOf(remote?.Address ?? $"https://{address.Authority}");
        if (host is null && address.Authority.Length > 0 && remote is null)
            throw CroftException.Farm($"{uri} is no address of a host", $"write {Scheme}://host:{UsualPort}");
    }

    public bool IsIncus { get; }

    /// <summary>This host's: in the folder that its client was told, else Incus where it alone is there.</summary>
    public static string Here(string? lxd, string? incus) =>
        lxd is ['/', ..] ? $"lxd://{lxd}/unix.socket"
        : incus is ['/', ..] ? $"incus://{incus}/unix.socket"
        : IncusSockets.Any(File.Exists) && !LxdSockets.Any(File.Exists) ? "incus://"
        : "lxd://";

    /// <summary>The same where it is there; else null.</summary>
    public static string? There(string? lxd, string? incus)
    {
        var uri = Here(lxd, incus);
        var path = new HypervisorAddress(uri).Path;
        string[] sockets =
            path.Length > 1 ? [path]
            : uri.StartsWith("incus", StringComparison.Ordinal) ? IncusSockets
            : LxdSockets;
        return sockets.Any(File.Exists) ? uri : null;
    }

    /// <summary>Null is the service's own choice.</summary>
    public string? Project { get; }

    public bool IsHere => host is null;

    string Scheme => IsIncus ? "incus" : "lxd";

    string Tool => IsIncus ? "incus" : "lxc";

    /// <summary>What prints a token on the hypervisor.</summary>
    string Introduce => IsIncus ? "incus config trust add croft" : "lxc config trust add";

    string[] Sockets => socket is null ? (IsIncus ? IncusSockets : LxdSockets) : [socket];

    public LxdClient Open(string name)
    {
        if (host is not null)
            return OpenHost(name, host);
        var there = Door
            ?? throw CroftException.World(
                $"hypervisor \"{name}\" ({uri}): no {(IsIncus ? "Incus" : "LXD")} listens on this host: there is no {string.Join(" or ", Sockets)}",
                Sockets.Select(s => Path.Combine(s, "unix.socket")).FirstOrDefault(File.Exists) is { } inside ? $"write {Scheme}://{inside}"
                    : IsIncus ? "apt-get install incus zstd; incus admin init --minimal"
                    : "apt-get install lxd; lxd init --minimal"
            );
        return new LxdClient(there, Project);
    }

    /// <summary>The first socket that lets this user in, else the first that is there; null where there is none.</summary>
    string? Door
    {
        get
        {
            IEnumerable<string> all = Sockets.SelectMany(s => new[] { s, s + OfUsers });
            string[] there = [.. (IsIncus || socket is not null ? all : all.Append(SnapOfUsers)).Where(File.Exists)];
            return there is [var only] ? only : there.FirstOrDefault(LetsIn) ?? there.FirstOrDefault();
        }
    }

    static bool LetsIn(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode != SocketError.AccessDenied;
        }
    }

    LxdClient OpenHost(string name, Uri host)
    {
        if (remote is not null)
            return new(host, remote.Own, remote.Fingerprint, Project);
        var fingerprint = trust.FingerprintOf(host)
            ?? throw CroftException.World(
                $"hypervisor \"{name}\" ({uri}) is not trusted yet",
                $"on it: {Introduce}; then here, with the token that it prints: croft hypervisors trust {name}"
            );
        return new(host, trust.Own, fingerprint, Project);
    }

    /// <summary>Refuses one that needs no token.</summary>
    public void RequireStranger(string name)
    {
        if (host is null)
            throw CroftException.Usage(
                $"hypervisor \"{name}\" ({uri}) is this host's own, which needs no trust",
                "who may use its socket decides: root, and its group"
            );
        if (remote is not null)
            throw CroftException.Usage(
                $"hypervisor \"{name}\" ({uri}) is known to {Tool} as \"{remote.Name}\" already, with its certificate",
                $"{uri} works as it is; {Scheme}://{host.Authority} is what Croft itself can trust"
            );
    }

    /// <summary>
    /// Has the service know us, by a token of it, and believes it from now on. Returns the fingerprint of its certificate.
    /// </summary>
    public async Task<string> TrustAsync(string name, string text, DateTimeOffset now, CancellationToken cancel)
    {
        var host = this.host!;
        var token = LxdToken.Read(text)
            ?? throw CroftException.Usage("that is no trust token", $"on the hypervisor: {Introduce} prints one");
        if (token.ExpiresAt.Year > 1 && token.ExpiresAt < now)
            throw CroftException.Usage($"the token expired {token.ExpiresAt:yyyy-MM-dd HH:mm}", $"ask for another: {Introduce}");
        using var own = trust.Make(now);
        using var client = new LxdClient(host, own, token.Fingerprint!.ToLowerInvariant(), null);
        try
        {
            if ((await client.GetAsync("1.0", LxdJson.Default.Server, cancel)).Auth != "trusted")
                await client.TellAsync("1.0/certificates", Introduction(LxdToken.WordOf(text), token), cancel);
        }
        catch (LxdException e)
        {
            throw client.Disbelieved is { } shown
                ? CroftException.World(
                    $"{host.Authority} shows another certificate ({shown[..12]}…) than the token was made for ({token.Fingerprint[..12]}…)",
                    "the token is another server's, or somebody stands between",
                    e
                )
            : e.IsLost ? Refused(name, e, client)
            : CroftException.World(
                $"hypervisor \"{name}\" ({uri}) does not take the token: {PlainText.Line(e.Message)}",
                $"a token works once, and for a while: {Introduce} prints another",
                e
            );
        }

        trust.Pin(host, token.Fingerprint.ToLowerInvariant());
        return token.Fingerprint;
    }

    public CroftException Refused(string name, LxdException e, LxdClient client) =>
        client.Disbelieved is { } shown
            ? CroftException.World(
                $"hypervisor \"{name}\" ({uri}) shows another certificate ({shown[..12]}…) than the one that is trusted",
                remote is null
                    ? $"if it was set up anew: {Introduce} on it, and croft hypervisors trust {name}"
                    : $"if it was set up anew: {Tool} remote remove {remote.Name}, and {Tool} remote add it again",
                e
            )
        : e.InnerException is not null && Innermost(e) is SocketException { SocketErrorCode: SocketError.AccessDenied }
            ? CroftException.World(
                $"hypervisor \"{name}\" ({uri}): this user may not use {Door}",
                $"be root, or of its group: usermod -aG {(IsIncus ? "incus-admin" : "lxd")} $USER, and log in again"
                    + (IsIncus ? "; where incus-user runs, the group incus gives each user a project" : ""),
                e
            )
        : IsHere && Innermost(e) is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
            ? CroftException.World(
                $"hypervisor \"{name}\" ({uri}) does not answer: nothing listens on {Door}",
                $"start it: systemctl start {(IsIncus ? "incus" : "lxd")}; or, as a snap: snap start {(IsIncus ? "incus" : "lxd")}",
                e
            )
        : CroftException.World($"hypervisor \"{name}\" ({uri}) does not answer: {PlainText.Line(e.Message)}", IEngine.LostHint, e);

    /// <summary>It answers, and says that we are nobody.</summary>
    public CroftException Unknown(string name) =>
        CroftException.World(
            $"hypervisor \"{name}\" ({uri}) does not know this user",
            IsHere
                ? $"run Croft as root, or as a user of the group {(IsIncus ? "incus-admin" : "lxd")}"
                : $"on it: {Introduce}; then here, with the token that it prints: croft hypervisors trust {name}"
        );

    public override string ToString() => uri;

    /// <summary>Each version has its own word for the token.</summary>
    static JsonObject Introduction(string word, LxdToken token) =>
        new()
        {
            ["type"] = "client",
            ["name"] = token.ClientName ?? "croft",
            ["password"] = word,
            ["trust_token"] = word,
        };

    static Uri? HostOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri is { Scheme: "https", Host.Length: > 0, UserInfo.Length: 0 }
            ? PortAtEnd().IsMatch(address.TrimEnd('/'))
                ? uri
                : new UriBuilder(uri) { Port = UsualPort }.Uri
            : null;

    static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e;
    }

    [GeneratedRegex(":[0-9]+$")]
    private static partial Regex PortAtEnd();
}
