using Croft.Engines;
using Croft.Farms;

namespace Croft.Cli;

/// <summary>What is wrong with a network of the farm's, and what mends it.</summary>
static class NetworkTrouble
{
    /// <summary>A sentence for each of a farm's networks on a hypervisor that has trouble.</summary>
    public static IEnumerable<string> Of(HypervisorState hypervisor, Farm farm)
    {
        foreach (var network in hypervisor.Networks.Where(n => n.Farm == farm.Name))
            if (network.IsMute)
                yield return Mute(network.Network!, hypervisor.Name);
            else if (!network.Active)
                yield return Off(network.Network!, hypervisor.Name, hypervisor.Can is { Switches: true });
        var made = farm.Networks.Where(n => n is { IsMade: true, Shared: null }).Select(n => n.Name).ToHashSet();
        var there = hypervisor.Networks.Select(n => n.Name).ToHashSet();
        var gone =
            from machine in hypervisor.Machines
            where machine.IsOn && machine.Record?.Farm == farm.Name
            from nic in machine.Record!.Nics
            where
                nic is { Source: NicSource.Network, Bridge: not null, Parent: null }
                && made.Contains(nic.Network)
                && !there.Contains(nic.Bridge)
            select nic.Network;
        foreach (var network in gone.Distinct())
            yield return $"Network {network} on {hypervisor.Name} is gone, and its machines do not hear each other: croft up makes it again, and restarts those that run.";
    }

    public static string Mute(string network, string hypervisor) =>
        $"Network {network} on {hypervisor} answers neither DHCP nor questions for names, since its dnsmasq died: croft up starts that again.";

    /// <param name="rejoins">Machines come back to it while they run.</param>
    public static string Off(string network, string hypervisor, bool rejoins) =>
        $"Network {network} on {hypervisor} does not run, and its machines do not hear each other: croft up starts it, and "
        + (rejoins ? "they join it again." : "restarts those that run.");
}
