namespace Croft.Farms;

/// <summary>Words of LXD's and Incus' configuration that Croft knows the meaning of.</summary>
static class ContainerWords
{
    public const string Nesting = "security.nesting";
    public const string Privileged = "security.privileged";
    public const string KernelModules = "linux.kernel_modules";

    /// <summary>The kernel modules that a host loads before it starts a container.</summary>
    public static IEnumerable<string> ModulesOf(ContainerSpec container) =>
        container
            .Config.GetValueOrDefault(KernelModules)
            ?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        ?? [];

    /// <summary>What of a host's own files a container's devices need to start, but network devices.</summary>
    public static IEnumerable<string> FilesOf(ContainerSpec container) =>
        from device in container.Devices.Values
        where device.GetValueOrDefault("required") is not "false" && device.GetValueOrDefault("optional") is not "true"
        let file = device["type"] switch
        {
            "disk" when !device.ContainsKey("pool") => device.GetValueOrDefault("source"),
            "unix-char" or "unix-block" when !device.ContainsKey("major") => device.GetValueOrDefault("source")
                ?? device.GetValueOrDefault("path"),
            _ => null,
        }
        where file?.StartsWith('/') == true
        select file;
}
