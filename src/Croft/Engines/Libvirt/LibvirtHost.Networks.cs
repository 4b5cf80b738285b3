using Croft.Farms;
using Croft.Libvirt;

namespace Croft.Engines.Libvirt;

sealed partial class LibvirtHost
{
    public Task<bool> EnsureNetworkAsync(NetworkDefinition network, CancellationToken cancel) =>
        switches is not null && (IsSession || network.Mode == NetworkMode.Vde)
            ? EnsureSwitchAsync(network, cancel)
            : CallAsync(
                $"making network {network.Name}",
                () =>
                {
                    if (network.Options.Pxe is { } pxe)
                        SendBootFiles(pxe.Root, NetworkXml.TftpFolder(network.Name));
                    try
                    {
                        if (TryRun(network.Name))
                            return false;
                        using var made = connection.DefineNetwork(NetworkXml.Write(network));
                        Run(made);
                        return true;
                    }
                    catch (LibvirtException) when (TryRun(network.Name))
                    {
                        return false; // another controller defined it in the same moment
                    }
                },
                cancel
            );

    public Task DefineNetworkAsync(string network, string definition, CancellationToken cancel) =>
        CallAsync(
            $"making network {network} of its file",
            () =>
            {
                try
                {
                    if (TryRun(network))
                        return;
                    using var made = connection.DefineNetwork(definition);
                    Run(made);
                }
                catch (LibvirtException) when (TryRun(network))
                {
                    // Another controller defined it in the same moment.
                }
            },
            cancel
        );

    /// <summary>Starts a network that is there; false when there is none of the name.</summary>
    bool TryRun(string name)
    {
        using var found = connection.FindNetwork(name);
        if (found is { IsActive: false })
            Start(found);
        return found is not null;
    }

    /// <summary>Starts a new network; it goes again when it cannot start.</summary>
    static void Run(LibvirtNetwork made)
    {
        try
        {
            Start(made);
            made.Autostart = true;
        }
        catch
        {
            made.Undefine();
            throw;
        }
    }

    static void Start(LibvirtNetwork network)
    {
        try
        {
            network.Start();
        }
        catch (LibvirtException) when (network.IsActive)
        {
            // Another controller was first.
        }
    }

    /// <summary>libvirt starts what answers on a network that runs where it learns of a name.</summary>
    public Task WakeAsync(string network, CancellationToken cancel) =>
        CallAsync(
            $"starting dnsmasq of {network}",
            () =>
            {
                using var found = FindNetwork(network);
                var entry = NetworkXml.Passing(found.Xml(inactive: true));
                found.Update(NetworkUpdateCommand.AddLast, NetworkUpdateSection.DnsHost, entry, flags: AffectFlags.Live);
                found.Update(NetworkUpdateCommand.Delete, NetworkUpdateSection.DnsHost, entry, flags: AffectFlags.Live);
            },
            cancel
        );

    public Task<bool> ReserveAsync(string network, Reservation reservation, bool dhcp, CancellationToken cancel) =>
        CallAsync(
            $"reserving {reservation.Address} in {network}",
            () =>
            {
                using var found = FindNetwork(network);
                try
                {
                    Add(found, reservation, dhcp, AffectFlags.Config);
                    return true;
                }
                catch (LibvirtException e) when (e.Code == LibvirtError.OperationInvalid)
                {
                    return false;
                }
            },
            cancel
        );

    public Task PublishAsync(string network, Reservation reservation, bool dhcp, CancellationToken cancel) =>
        IsSwitch(network)
            ? RunSwitchAsync(network, cancel)
            : CallAsync(
                $"publishing {reservation.Host} in {network}",
                () =>
                {
                    using var found = FindNetwork(network);
                    Add(found, reservation, dhcp, AffectFlags.Live);
                },
                cancel
            );

    /// <summary>Adds what is missing of a host entry.</summary>
    /// <exception cref="LibvirtException">OperationInvalid: its name, address or MAC is another's.</exception>
    static void Add(LibvirtNetwork network, Reservation reservation, bool dhcp, AffectFlags where)
    {
        var xml = network.Xml(inactive: where == AffectFlags.Config);
        var has = NetworkXml.Has(xml, reservation);
        if (dhcp && !has.Dhcp)
            network.Update(NetworkUpdateCommand.AddLast, NetworkUpdateSection.IPDhcpHost, NetworkXml.DhcpHost(reservation), flags: where);
        if (!has.Dns)
            network.Update(
                NetworkUpdateCommand.AddLast,
                NetworkUpdateSection.DnsHost,
                NetworkXml.DnsHost(reservation, NetworkXml.FarmOf(xml)),
                flags: where
            );
        if (NetworkXml.SecondHost(xml, reservation) is { } second && !NetworkXml.HasEntry(xml, second))
            network.Update(NetworkUpdateCommand.AddLast, NetworkUpdateSection.DnsHost, second, flags: where);
    }

    public async Task ReleaseAsync(string network, Reservation reservation, CancellationToken cancel)
    {
        await ForgetAsync(network, reservation, cancel);
        if (IsSwitch(network) && switches!.Answers(network))
            await RunSwitchAsync(network, cancel);
    }

    Task ForgetAsync(string network, Reservation reservation, CancellationToken cancel) =>
        CallAsync(
            $"giving back {reservation.Address} in {network}",
            () =>
            {
                using var found = connection.FindNetwork(network);
                if (found is null)
                    return;
                var flags = found.IsActive ? AffectFlags.Config | AffectFlags.Live : AffectFlags.Config;
                var xml = found.Xml(inactive: true);
                foreach (
                    var (section, entry) in new[]
                    {
                        (NetworkUpdateSection.DnsHost, NetworkXml.DnsHost(reservation, NetworkXml.FarmOf(xml))),
                        (NetworkUpdateSection.DnsHost, NetworkXml.SecondHost(xml, reservation)),
                        (NetworkUpdateSection.IPDhcpHost, reservation.Mac.Length == 0 ? null : NetworkXml.DhcpHost(reservation)),
                    }
                )
                {
                    if (entry is not null)
                        Quietly(() => found.Update(NetworkUpdateCommand.Delete, section, entry, flags: flags));
                }
            },
            cancel
        );

    public async Task RemoveNetworkAsync(string network, CancellationToken cancel)
    {
        if (IsSwitch(network))
            await switches!.RemoveAsync(network, cancel);
        await UndefineNetworkAsync(network, cancel);
    }

    Task UndefineNetworkAsync(string network, CancellationToken cancel) =>
        CallAsync(
            $"removing network {network}",
            () =>
            {
                using var found = connection.FindNetwork(network);
                if (found is null)
                    return;
                var xml = found.Xml(inactive: true);
                if (found.IsActive)
                    found.Destroy();
                found.Undefine();
                if (!IsSession)
                    RemoveBootFiles(NetworkXml.TftpFolder(network), NetworkXml.HasTftp(xml));
            },
            cancel
        );

    LibvirtNetwork FindNetwork(string name) =>
        connection.FindNetwork(name) ?? throw CroftException.World($"hypervisor \"{Name}\" has no network {name}", "croft up makes it");
}
