namespace Croft.Cli;

/// <summary>What is wrong with a network of the farm's, and what mends it.</summary>
static class NetworkTrouble
{
    public static string Mute(string network, string hypervisor) =>
        $"Network {network} on {hypervisor} answers neither DHCP nor questions for names, since its dnsmasq died: croft up starts that again.";

    /// <param name="rejoins">Machines come back to it while they run.</param>
    public static string Off(string network, string hypervisor, bool rejoins) =>
        $"Network {network} on {hypervisor} does not run, and its machines do not hear each other: croft up starts it, and "
        + (rejoins ? "they join it again." : "restarts those that run.");
}
