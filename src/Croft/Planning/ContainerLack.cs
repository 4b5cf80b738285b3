using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>
/// What of a container's own words its host has not, or does not allow, to be said after the host's name, with the cure. What the host did
/// not say is believed to be there.
/// </summary>
sealed class ContainerLack
{
    readonly MachineSpec machine;
    readonly ContainerSpec container;
    readonly HypervisorState host;
    readonly ContainerHost there;
    readonly ImmutableHashSet<string> cards;

    ContainerLack(MachineSpec machine, ContainerSpec container, HypervisorState host)
    {
        (this.machine, this.container, this.host, there) = (machine, container, host, host.Containers ?? new());
        cards = [.. Enumerable.Range(0, machine.Networks.Length).Select(n => $"eth{n}")];
    }

    /// <summary>Null where nothing is known to be missing.</summary>
    public static string? Of(MachineSpec machine, HypervisorState host) =>
        machine.Container is { } container ? new ContainerLack(machine, container, host).Find() : null;

    string? Find() =>
        OfMember()
        ?? (container.Pool is { } pool ? OfPool(pool) : null)
        ?? container.Profiles.Select(OfProfile).FirstOrDefault(l => l is not null)
        ?? container.Devices.Select(d => OfDevice(d.Key, d.Value)).FirstOrDefault(l => l is not null)
        ?? Modules.Select(OfModule).FirstOrDefault(l => l is not null)
        ?? (there.Project is { } project ? ContainerRestrictions.Of(machine, project, there.Tool) : null);

    /// <summary>The service's client, for what is in the project.</summary>
    string InProject => there.Tool + (there.Project is { Name: not "default" and var project } ? $" --project {project}" : "");

    string? OfMember() =>
        container.Member is not { } member ? null
        : host.Members is null ? $"is no cluster, and has no member {member}"
        : host.Members.ContainsKey(member) ? null
        : $"has no member {member} (it has {string.Join(", ", host.Members.Keys)})";

    string? OfPool(string pool) =>
        there.Pools?.Contains(pool) == false ? $"has no storage pool {pool} (on it: {there.Tool} storage create {pool} dir)" : null;

    string? OfProfile(string profile)
    {
        if (there.Profiles is not { } known)
            return null;
        if (!known.TryGetValue(profile, out var devices))
            return $"has no profile {profile} (on it: {InProject} profile create {profile})";
        foreach (var (name, device) in devices.Where(d => !IsReplaced(d.Key, profile)))
        {
            if (NameOfACard(device) is { } card)
                return $"has a profile {profile} whose device {name} is {card}, as a card of the machine's own is (on it: {InProject} profile device unset {profile} {name} name)";
            if (device.GetValueOrDefault("path") == "/" && device.GetValueOrDefault("type") == "disk")
                return $"has a profile {profile} whose device {name} is a root file system beside the machine's own (on it: {InProject} profile device rename {profile} {name} root)";
        }

        return null;
    }

    /// <summary>A device of the machine's own, or of a later profile, takes the place of one of its name.</summary>
    bool IsReplaced(string device, string profile) =>
        device == "root"
        || cards.Contains(device)
        || container.Devices.ContainsKey(device)
        || container
            .Profiles.Skip(container.Profiles.IndexOf(profile) + 1)
            .Any(later => there.Profiles!.GetValueOrDefault(later)?.ContainsKey(device) == true);

    string? NameOfACard(IReadOnlyDictionary<string, string> device) =>
        device.GetValueOrDefault("type") == "nic" && device.GetValueOrDefault("name") is { } name && cards.Contains(name) ? name : null;

    string? OfDevice(string name, IReadOnlyDictionary<string, string> device)
    {
        var (source, pool) = (device.GetValueOrDefault("source"), device.GetValueOrDefault("pool"));
        return device["type"] switch
        {
            "nic" => OfCard(name, device),
            "disk" when device.GetValueOrDefault("path") == "/" =>
                $"cannot give it device {name} as a second root file system (pool and disk of the machine are what its own has)",
            "disk" when pool is not null => OfPool(pool) ?? OfVolume(pool, source),
            _ when (source ?? device.GetValueOrDefault("path")) is { } file && there.Absent?.Contains(file) == true =>
                $"has no {file}, the source of device {name} (required: false there starts the machine without it)",
            _ => null,
        };
    }

    /// <summary>A part of a volume stands behind a slash.</summary>
    string? OfVolume(string pool, string? source) =>
        source?.Split('/')[0] is { Length: > 0 } volume && there.Volumes?.Contains($"{pool}/{volume}") == false
            ? $"has no volume {volume} in storage pool {pool} (on it: {InProject} storage volume create {pool} {volume})"
            : null;

    string? OfCard(string name, IReadOnlyDictionary<string, string> device) =>
        NameOfACard(device) is { } card ? $"cannot give it device {name} as {card}, which is a card of the machine's own (another name)"
        : device.GetValueOrDefault("network") is { } network
        && there.Networks?.Contains(network) == false
        && ContainerRestrictions.OfNetwork(network, isManaged: true, there.Project) is null // it shows those alone that it allows
            ? $"has no network {network} for device {name} (on it: {there.Tool} network list shows those that there are)"
        : device.GetValueOrDefault("parent") is { } parent && host.Devices?.Contains(parent) == false
            ? $"has no network device {parent} for device {name} (on it: ip link lists those that there are)"
        : null;

    IEnumerable<string> Modules => ContainerWords.ModulesOf(container);

    string? OfModule(string module) =>
        there.Absent?.Contains(ContainerHost.Module(module)) == true
            ? $"has no kernel module {module} (on it: modinfo {module}; it may be in a package of the kernel's)"
            : null;
}
