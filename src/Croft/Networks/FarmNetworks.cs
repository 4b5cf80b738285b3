using Croft.Engines;
using Croft.Farms;
using Croft.Journal;
using Croft.Planning;

namespace Croft.Networks;

/// <summary>Brings planned networks into being and gives their addresses out and back.</summary>
public sealed class FarmNetworks(IEngine engine, RunJournal journal, TimeProvider clock)
{
    readonly List<(NetworkDefinition Network, Reservation Reservation)> reserved = [];

    /// <summary>Makes the network where it is missing, otherwise reserves what the plan adds. The running network learns it by <see cref="PublishAsync"/>.</summary>
    /// <exception cref="CroftException">Another controller took an address since the plan was made.</exception>
    public async Task EnsureAsync(PlannedNetwork network, string owner, CancellationToken cancel)
    {
        var definition = network.Definition with { Owner = owner, Made = clock.GetUtcNow() };
        if (!network.Exists)
            journal.Intent("create", "network", definition.Name, engine.Name);
        if (await engine.EnsureNetworkAsync(definition, cancel))
            return;
        var known = (await engine.ListNetworksAsync(cancel)).First(n => n.Name == definition.Name).Reservations;
        foreach (var reservation in definition.Reservations.Where(r => !known.Any(k => k.Address.Equals(r.Address) && k.Host == r.Host && (k.Mac == r.Mac || k.Mac.Length == 0))))
        {
            journal.Intent("reserve", "address", $"{reservation.Address} in {definition.Name}", engine.Name, reservation.Host);
            foreach (var old in known.Where(k => k.Host == reservation.Host))
                await engine.ReleaseAsync(definition.Name, old, cancel);
            if (!await engine.ReserveAsync(definition.Name, reservation, definition.Dhcp, cancel))
                throw CroftException.World($"address {reservation.Address} in network {definition.Name} was taken by another controller meanwhile", "run the command again");
            reserved.Add((definition, reservation));
        }
    }

    /// <summary>
    /// Tells the running networks what was reserved. libvirt holds a network for 0.4 s each time, and who starts a machine on it waits: one after another, and best
    /// while guests boot.
    /// </summary>
    public async Task PublishAsync(CancellationToken cancel)
    {
        foreach (var (network, reservation) in reserved)
            await engine.PublishAsync(network.Name, reservation, network.Dhcp, cancel);
    }

    /// <summary>What is wrong with a host in ways that cost every start seconds, each with its cure.</summary>
    public static IEnumerable<Problem> HostFaults(HypervisorState hypervisor, Farm farm)
    {
        if (hypervisor.HostNameUnknown is { } host)
            yield return new(null, "", $"hypervisor \"{hypervisor.Name}\" cannot resolve its own name \"{host}\": every start waits 10 s for DNS", $"on it: echo '127.0.1.1 {host}' >> /etc/hosts");
        if (hypervisor.KvmClosed)
            yield return new(null, "", $"/dev/kvm on hypervisor \"{hypervisor.Name}\" is root's alone: libvirt asks QEMU what it can do before each call, which costs every start seconds", "on it: chgrp kvm /dev/kvm && chmod 660 /dev/kvm");
        if (hypervisor.Unreachable is null && farm.Hypervisors.Any(h => h.Name == hypervisor.Name && h.IsWayUnknown))
            yield return new(null, "", $"hypervisor \"{hypervisor.Name}\" is another host, and nobody said how its guests are reached: they are tried directly", $"hypervisors.{hypervisor.Name}.jump: user@host leads ssh through it; jump: [] says that its networks are routed to here");
        foreach (var network in hypervisor.Networks.Where(n => n.SpanningTree && (n.Farm == farm.Name || farm.Networks.Any(own => own.Shared == $"{n.Farm}.{n.Network}"))))
            yield return new(null, "", $"network {network.Name} on hypervisor \"{hypervisor.Name}\" has the spanning tree protocol on: every new card waits 4 s", $"virsh net-edit {network.Name}: <bridge stp='off' delay='0'>, then restart it");
    }
}
