using System.Xml.Linq;
using Croft.Libvirt;

namespace Croft.Engines.Libvirt;

/// <summary>Networks without root: libvirt keeps what they are, and switches of the user's run them.</summary>
sealed partial class LibvirtHost
{
    public bool HasSwitches => IsSession && switches is not null;

    public bool StartsSwitches => switches is not null;

    /// <summary>Whether a network is a switch of Croft's: all of an ordinary user's are.</summary>
    bool IsSwitch(string network) => switches is not null && (IsSession || switches.Has(network));

    public (string What, string Cure)? NetworkLack => switches?.Lack();

    async Task<bool> EnsureSwitchAsync(NetworkDefinition network, CancellationToken cancel)
    {
        var made = await CallAsync(
            $"making network {network.Name}",
            () =>
            {
                using var found = connection.FindNetwork(network.Name);
                if (found is not null)
                    return false;
                try
                {
                    connection.DefineNetwork(NetworkXml.Write(network)).Dispose();
                    return true;
                }
                catch (LibvirtException) when (connection.FindNetwork(network.Name) is { } other)
                {
                    other.Dispose();
                    return false; // another controller defined it in the same moment
                }
            },
            cancel
        );
        try
        {
            await RunSwitchAsync(network.Name, cancel);
            return made;
        }
        catch when (made)
        {
            await RemoveNetworkAsync(network.Name, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Has a network run as it is defined. Machines whose switch is another by now join it.</summary>
    async Task RunSwitchAsync(string network, CancellationToken cancel)
    {
        var xml = await CallAsync(
            $"reading network {network}",
            () =>
            {
                using var found = FindNetwork(network);
                return found.Xml(inactive: true);
            },
            cancel
        );
        if (await switches!.EnsureAsync(network, xml, IsSession ? null : await QemusUserAsync(cancel), cancel))
            await CallAsync($"joining the machines of network {network} to it", () => Join(switches.SocketOf(network)), cancel);
    }

    /// <summary>Who QEMU runs as, as chown takes it; null when that is who we are.</summary>
    Task<string?> QemusUserAsync(CancellationToken cancel) =>
        CallAsync("asking who QEMU runs as", () => QemusUser(XElement.Parse(connection.CapabilitiesXml())), cancel);

    /// <summary>Has running machines leave a switch that is dead for the one that is in its place.</summary>
    void Join(string socket) =>
        OfDomains(
            domain =>
            {
                foreach (var card in SwitchCard.In(XElement.Parse(domain.Xml())).Where(c => c.Socket == socket))
                foreach (var command in card.Joining)
                    Quietly(() => domain.MonitorCommand(command, human: true));
                return domain.Name;
            },
            DomainListFlags.Active
        );

    /// <summary>Has the networks run that a machine is on, which it cannot start without.</summary>
    async Task RunSwitchesAsync(string domain, CancellationToken cancel)
    {
        if (!StartsSwitches || (await FindAsync(domain, cancel))?.Record is not { } record)
            return;
        foreach (var network in record.Nics.Where(n => n.Source == NicSource.Switch && !n.IsOutside).Select(n => n.Bridge!).Distinct())
            await RunSwitchAsync(network, cancel);
    }
}
