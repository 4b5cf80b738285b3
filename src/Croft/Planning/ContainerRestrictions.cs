using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>What a restricted project of LXD's or Incus' does not let its containers have.</summary>
static class ContainerRestrictions
{
    const string Block = "block";
    const string Managed = "managed";
    const string Allow = "allow";
    const string Cards = "restricted.devices.nic";
    const string Paths = "restricted.devices.disk.paths";
    const string Networks = "restricted.networks.access";

    /// <summary>Beside all that begins with <c>raw.</c>.</summary>
    static readonly string[] LowLevel =
    [
        "boot.host_shutdown_timeout",
        "linux.kernel_modules",
        "security.devlxd.images",
        "security.guestapi.images",
        "security.idmap.base",
        "security.idmap.size",
    ];

    /// <summary>The key that allows them.</summary>
    public const string Snapshots = "restricted.snapshots";

    /// <summary>Null where it lets them have all, or is not restricted.</summary>
    public static string? Of(MachineSpec machine, ContainerProject project, string tool)
    {
        if (!IsRestricted(project))
            return null;
        var container = machine.Container ?? ContainerSpec.Plain;
        var (what, key) = container
            .Config.Select(c => OfWord(c.Key, c.Value, project))
            .Concat(container.Devices.Select(d => OfDevice(d.Key, d.Value, project)))
            .Prepend(OfCards(machine, project))
            .FirstOrDefault(l => l.Key is not null);
        return key is null
            ? null
            : $"has a project {project.Name} that is restricted and forbids {what} (on it: {tool} project set {project.Name} {key})";
    }

    static bool IsRestricted(ContainerProject project) => project.Config.GetValueOrDefault("restricted") is "true";

    /// <summary>The word and value that allow a network of the service's, or a device of the host; null where it is allowed.</summary>
    public static string? OfNetwork(string device, bool isManaged, ContainerProject? project)
    {
        if (project is null || !IsRestricted(project))
            return null;
        if (!isManaged && project.Config.GetValueOrDefault(Cards, Managed) != Allow)
            return $"{Cards}={Allow}";
        return project.Config.GetValueOrDefault(Networks) is { Length: > 0 } allowed && !allowed.Split(',').Any(a => a.Trim() == device)
            ? $"{Networks}={allowed},{device}"
            : null;
    }

    static (string? What, string? Key) OfCards(MachineSpec machine, ContainerProject project) =>
        machine.Networks.Length > 0 && project.Config.GetValueOrDefault(Cards) == Block ? ("network cards", $"{Cards}={Managed}") : default;

    /// <summary>Whether nothing of a machine can be kept there.</summary>
    public static bool ForbidSnapshots(HypervisorState host) =>
        host.Containers?.Project is { } project && IsRestricted(project) && project.Config.GetValueOrDefault(Snapshots, Block) == Block;

    static (string? What, string? Key) OfWord(string word, string value, ContainerProject project)
    {
        var (key, usual) =
            word == "security.nesting" && value == "true" ? ("restricted.containers.nesting", Block)
            : word == "security.privileged" && value == "true" ? ("restricted.containers.privilege", "unprivileged")
            : word.StartsWith("security.syscalls.intercept.", StringComparison.Ordinal) ? ("restricted.containers.interception", Block)
            : word.StartsWith("raw.", StringComparison.Ordinal) || LowLevel.Contains(word) ? ("restricted.containers.lowlevel", Block)
            : default;
        return key is not null && project.Config.GetValueOrDefault(key, usual!) != Allow ? (word, $"{key}={Allow}") : default;
    }

    static (string? What, string? Key) OfDevice(string name, IReadOnlyDictionary<string, string> device, ContainerProject project)
    {
        var type = device["type"];
        if (type == "none")
            return default;
        var key = $"restricted.devices.{type}";
        var isManaged = type switch
        {
            "disk" => device.ContainsKey("pool"),
            "nic" => device.ContainsKey("network"),
            _ => false,
        };
        if (
            type == "nic"
            && (device.GetValueOrDefault("network") ?? device.GetValueOrDefault("parent")) is { } network
            && OfNetwork(network, isManaged, project) is { } cure
        )
            return ($"device {name}", cure);
        return project.Config.GetValueOrDefault(key, type is "disk" or "nic" ? Managed : Block) switch
        {
            Allow when type == "disk" && !isManaged => OfPath(name, device, project),
            Allow => default,
            Managed when isManaged => default,
            _ => ($"device {name}", $"{key}={Allow}"),
        };
    }

    /// <summary>Folders of the host may be some alone.</summary>
    static (string? What, string? Key) OfPath(string name, IReadOnlyDictionary<string, string> device, ContainerProject project) =>
        device.GetValueOrDefault("source") is { } source
        && project.Config.GetValueOrDefault(Paths) is { Length: > 0 } paths
        && !paths.Split(',').Any(path => (source + "/").StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal))
            ? ($"{source}, the source of device {name}", $"{Paths}={paths},{source}")
            : default;
}
