using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>What a restricted project of LXD's or Incus' does not let its containers have.</summary>
static class ContainerRestrictions
{
    const string Block = "block";
    const string Managed = "managed";

    /// <summary>The key that allows them.</summary>
    public const string Snapshots = "restricted.snapshots";

    /// <summary>Null where it lets them have all, or is not restricted.</summary>
    public static string? Of(ContainerSpec container, ContainerProject project, string tool)
    {
        if (project.Config.GetValueOrDefault("restricted") is not "true")
            return null;
        var (what, key) = container
            .Config.Select(c => OfWord(c.Key, c.Value, project))
            .Concat(container.Devices.Select(d => OfDevice(d.Key, d.Value, project)))
            .FirstOrDefault(l => l.Key is not null);
        return key is null
            ? null
            : $"has a project {project.Name} that is restricted and forbids {what} (on it: {tool} project set {project.Name} {key}=allow)";
    }

    /// <summary>Whether nothing of a machine can be kept there.</summary>
    public static bool ForbidSnapshots(HypervisorState host) =>
        host.Containers?.Project is { } project
        && project.Config.GetValueOrDefault("restricted") is "true"
        && project.Config.GetValueOrDefault(Snapshots, Block) == Block;

    static (string? What, string? Key) OfWord(string word, string value, ContainerProject project)
    {
        var (key, usual) =
            word == "security.nesting" && value == "true" ? ("restricted.containers.nesting", Block)
            : word == "security.privileged" && value == "true" ? ("restricted.containers.privilege", "unprivileged")
            : word.StartsWith("security.syscalls.intercept.", StringComparison.Ordinal) ? ("restricted.containers.interception", Block)
            : word.StartsWith("raw.", StringComparison.Ordinal) || word is "linux.kernel_modules" or "security.idmap.base"
                ? ("restricted.containers.lowlevel", Block)
            : default;
        return key is not null && project.Config.GetValueOrDefault(key, usual!) != "allow" ? (word, key) : default;
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
        return project.Config.GetValueOrDefault(key, type is "disk" or "nic" ? Managed : Block) switch
        {
            "allow" => default,
            Managed when isManaged => default,
            _ => ($"device {name}", key),
        };
    }
}
