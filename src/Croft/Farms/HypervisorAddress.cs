namespace Croft.Farms;

/// <summary>What a libvirt URI says of the way to a host: <c>driver+transport://user@host:port/path?key=value</c>.</summary>
sealed class HypervisorAddress
{
    readonly string transport;
    readonly Dictionary<string, string> parameters = new(StringComparer.Ordinal);

    public HypervisorAddress(string uri)
    {
        var halves = uri.Split("://", 2);
        transport = halves[0].Split('+', 2) is [_, var named] ? named : "";
        var rest = halves.ElementAtOrDefault(1) ?? "";
        Authority = rest.Split('/', '?')[0];
        Path = rest[Authority.Length..].Split('?')[0];
        if (rest.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query)
        {
            foreach (var parameter in rest[(query + 1)..].Split(';', '&'))
            {
                if (parameter.Split('=', 2) is [var key, var value])
                    parameters[key] = Uri.UnescapeDataString(value);
            }
        }
    }

    /// <summary><c>user@host:port</c>; empty is this host.</summary>
    public string Authority { get; }

    /// <summary>What follows, with its slash; empty when nothing does.</summary>
    public string Path { get; }

    /// <summary>What it says behind its question mark; null when it does not.</summary>
    public string? Parameter(string name) => parameters.GetValueOrDefault(name);

    /// <summary>All that it says there.</summary>
    public IEnumerable<string> Keys => parameters.Keys;

    /// <summary>Whether libvirt itself goes there by ssh.</summary>
    public bool IsSsh => Authority.Length > 0 && transport is "ssh" or "libssh" or "libssh2";

    /// <summary>Whether nothing is said of how the host's guests are reached.</summary>
    public bool IsFarAway => Authority.Length > 0 && transport is "" or "tcp" or "tls";

    /// <summary>The way that libvirt itself takes, for the same ssh; null when it is none that ssh may be given.</summary>
    public Jump? Jump =>
        Farms.Jump.Parse(Authority) is { } jump && HasPath("keyfile", out var key) && HasPath("known_hosts", out var known)
            ? jump with
            {
                KeyFile = key,
                KnownHosts = known,
                IsVerified =
                    parameters.GetValueOrDefault("no_verify", "0") == "0" && parameters.GetValueOrDefault("known_hosts_verify") != "ignore",
            }
            : null;

    bool HasPath(string parameter, out string? path) =>
        (path = parameters.GetValueOrDefault(parameter)) is null || Reading.Rules.HostPath.Holds(path);
}
