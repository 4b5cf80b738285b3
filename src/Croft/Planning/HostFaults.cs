using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>What is wrong with hosts, though machines run there.</summary>
static class HostFaults
{
    /// <summary>What is wrong with a host in ways that cost every start seconds, each with its cure.</summary>
    public static IEnumerable<Problem> Of(HypervisorState hypervisor, Farm farm)
    {
        if (hypervisor.HostNameUnknown is { } host)
            yield return new(
                null,
                "",
                $"hypervisor \"{hypervisor.Name}\" cannot resolve its own name \"{host}\": every start waits 10 s for DNS",
                $"on it: echo '127.0.1.1 {host}' >> /etc/hosts"
            );
        if (hypervisor.KvmClosed)
            yield return new(
                null,
                "",
                $"/dev/kvm on hypervisor \"{hypervisor.Name}\" is closed to QEMU's user: libvirt asks QEMU what it can do before each call, which costs every start seconds",
                "on it: chgrp kvm /dev/kvm && chmod 660 /dev/kvm"
            );
        if (hypervisor.Unreachable is null && farm.Hypervisors.Any(h => h.Name == hypervisor.Name && h.IsWayUnknown))
            yield return new(
                null,
                "",
                $"hypervisor \"{hypervisor.Name}\" is another host, and nobody said how its guests are reached: they are tried directly",
                $"hypervisors.{hypervisor.Name}.jump: user@host leads ssh through it; jump: [] says that its networks are routed to here"
            );
        foreach (var fault in OfContainers(hypervisor, farm))
            yield return fault;
        foreach (
            var network in hypervisor.Networks.Where(n =>
                n.SpanningTree && (n.Farm == farm.Name || farm.Networks.Any(own => own.Shared == $"{n.Farm}.{n.Network}"))
            )
        )
            yield return new(
                null,
                "",
                $"network {network.Name} on hypervisor \"{hypervisor.Name}\" has the spanning tree protocol on: every new card waits 4 s",
                $"virsh net-edit {network.Name}: <bridge stp='off' delay='0'>, then restart it"
            );
    }

    static IEnumerable<Problem> OfContainers(HypervisorState hypervisor, Farm farm)
    {
        if (ContainerRestrictions.ForbidSnapshots(hypervisor) && farm.Projects.Any(p => p.Phases is not null))
            yield return new(
                null,
                "",
                $"project {hypervisor.Containers!.Project!.Name} of hypervisor \"{hypervisor.Name}\" is restricted and forbids snapshots: each run does all phases anew",
                $"on it: {hypervisor.Containers.Tool} project set {hypervisor.Containers.Project.Name} {ContainerRestrictions.Snapshots}=allow"
            );
        if (Claimed(hypervisor, farm) is { } claimed)
            yield return new(
                null,
                "",
                $"hypervisor \"{hypervisor.Name}\" is declared as {claimed}://, and {hypervisor.Version} answers there",
                $"it works; {(claimed == "lxd" ? "incus" : "lxd")}:// in hypervisors.{hypervisor.Name}.uri looks where that is found by itself, and among its client's remotes"
            );
    }

    /// <summary>The service that the farm file names, where the other one answered; null where it is the one.</summary>
    static string? Claimed(HypervisorState hypervisor, Farm farm) =>
        farm.Hypervisors.FirstOrDefault(h => h.Name == hypervisor.Name) is { IsLxd: true } spec
        && spec.Uri.Split(':')[0] is var scheme
        && hypervisor.Version.Split(' ')[0] is ("LXD" or "Incus") and var title
        && !title.Equals(scheme, StringComparison.OrdinalIgnoreCase)
            ? scheme
            : null;
}
