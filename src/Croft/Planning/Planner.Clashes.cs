using System.Net;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Subnets that are somebody's already.</summary>
public sealed partial class Planner
{
    void CheckClash(NetworkSpec network, IPNetwork cidr, IEnumerable<HypervisorState> there)
    {
        foreach (var hypervisor in there.Where(h => MakerOf(network.Name, h.Name) == h.Name))
        {
            if (RefusedBeside(network, hypervisor))
                return;
            if (
                hypervisor.Networks.FirstOrDefault(n =>
                    n != Present(network.Name, hypervisor.Name) && SubnetsOf(n).Any(other => Subnets.Overlap(other, cidr))
                ) is
                { } clash
            )
            {
                Refuse(
                    network.At,
                    $"networks.{network.Name}.cidr",
                    $"{cidr} overlaps {SubnetOf(clash, hypervisor)}",
                    CureOf(clash),
                    isWorld: true
                );
                return;
            }

            // What a network that is off has on the host is not its own; of a service of containers, it is not off but in the making.
            var own = hypervisor.Networks.Where(n => n.Active || hypervisor.Containers is not null).SelectMany(SubnetsOf).ToList();
            var host = hypervisor
                .Addresses.Where(a => !own.Contains(a))
                .Cast<IPNetwork?>()
                .FirstOrDefault(a => Subnets.Overlap(a!.Value, cidr));
            if (host is not null)
                Refuse(
                    network.At,
                    $"networks.{network.Name}.cidr",
                    $"{cidr} overlaps {host}, which hypervisor \"{hypervisor.Name}\" itself is connected to",
                    Present(network.Name, hypervisor.Name) is not { Active: false }
                        ? "choose another cidr"
                        : "on it: ip -br address shows which device has it; take it off there, for the network is off and cannot come back",
                    true
                );
            else
                CheckRoutes(network, cidr, hypervisor, own);
        }
    }

    static IEnumerable<IPNetwork> SubnetsOf(NetworkState network) => new[] { network.Cidr, network.Cidr6 }.OfType<IPNetwork>();

    static string SubnetOf(NetworkState clash, HypervisorState hypervisor) =>
        clash.Farm is { } farm
            ? $"{clash.Cidr} of network \"{clash.Network}\" of farm \"{farm}\" in {clash.Folder}"
            : $"{clash.Cidr} of libvirt's network {clash.Name} on hypervisor \"{hypervisor.Name}\"";

    string? CureOf(NetworkState clash) =>
        clash.Farm == Farm.Name ? null
        : clash.Farm is null ? "choose another cidr"
        : $"choose another cidr, or say shared: {clash.Farm}.{clash.Network}";

    /// <summary>A network takes its addresses from whatever the host reached there before.</summary>
    /// <param name="own">The subnets of libvirt's networks there, which are routes, too.</param>
    void CheckRoutes(NetworkSpec network, IPNetwork cidr, HypervisorState hypervisor, List<IPNetwork> own)
    {
        var routes = hypervisor.Routes.Where(r => !own.Contains(r)).ToList();
        if (
            Present(network.Name, hypervisor.Name) is null
            && routes.FirstOrDefault(r => Subnets.Covers(cidr, r)) is { PrefixLength: > 0 } lost
        )
            Refuse(
                network.At,
                $"networks.{network.Name}.cidr",
                $"{cidr} {(cidr == lost ? "is" : "contains")} {lost}, to which hypervisor \"{hypervisor.Name}\" has a route that leads elsewhere",
                "choose another cidr",
                true
            );
        else if (routes.FirstOrDefault(r => Subnets.Covers(r, cidr)) is { PrefixLength: > 0 } around)
            notes.Add(
                $"network {network.Name} is {cidr}, inside {around}, to which hypervisor \"{hypervisor.Name}\" has a route: what has these addresses there is not reached from it any more"
            );
    }
}
