namespace Croft.Farms.Reading;

/// <summary>Addresses of hypervisors that lead nowhere, whatever answers there, and what was meant.</summary>
static class Ways
{
    const string Project = "project";

    static readonly string[] Drivers = ["qemu", "test", "lxd", "incus"];

    /// <summary>Null for one that may lead somewhere.</summary>
    public static (string What, string Cure)? Lack(string uri, HypervisorAddress address, bool hasProject)
    {
        var scheme = uri.Split("://")[0];
        var driver = scheme.Split('+')[0];
        var far = address.Authority.Length > 0 ? address.Authority : "HOST:8443";
        return driver switch
        {
            "https" or "http" => ("LXD and Incus have schemes of their own", $"lxd://{far} or incus://{far}"),
            "unix" => ("a socket has the scheme of what answers there", $"lxd://{address.Path} or incus://{address.Path}"),
            "lxc" => ("libvirt's own containers are not used", "lxd:// or incus://, on this host; lxd://HOST:8443 or incus://HOST:8443"),
            _ when !Drivers.Contains(driver) => (
                $"{Words.Quote(driver)} is no hypervisor that Croft knows",
                "qemu:///system, lxd:// or incus:// on this host; qemu+ssh://user@host/system, lxd://HOST:8443 or incus://HOST:8443"
            ),
            "lxd" or "incus" => OfContainers(scheme, driver, address, hasProject),
            _ => null,
        };
    }

    static (string What, string Cure)? OfContainers(string scheme, string driver, HypervisorAddress address, bool hasProject) =>
        scheme != driver ? ($"{driver} is reached by its socket or by https", $"{driver}:///PATH/unix.socket here, {driver}://HOST:8443")
        : address.Authority.Length > 0 && address.Path.Length > 1
            ? ($"an address of a host has no path, as {address.Path}", $"{driver}://{address.Authority}")
        : address.Authority.Contains('@', StringComparison.Ordinal)
            ? ("nobody logs in there by a name", $"{driver}://{address.Authority.Split('@')[^1]}; croft hypervisors trust NAME")
        : address.Keys.FirstOrDefault(k => k != Project) is { } key
            ? ($"{driver} has no parameter {Words.Quote(key)}", $"{Project}: NAME beside uri is what there is")
        : hasProject && address.Parameter(Project) is not null ? ("it names a project, and so does project", "leave one of them out")
        : null;
}
