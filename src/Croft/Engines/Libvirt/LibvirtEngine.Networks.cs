using Croft.Libvirt;

namespace Croft.Engines.Libvirt;

public sealed partial class LibvirtEngine
{
    /// <inheritdoc/>
    public Task<bool> EnsureNetworkAsync(NetworkDefinition network, CancellationToken cancel) => CallAsync(
        $"making network {network.Name}",
        () =>
        {
            using var found = connection.FindNetwork(network.Name);
            if (found is not null)
            {
                if (!found.IsActive)
                    found.Start();
                return false;
            }

            using var made = connection.DefineNetwork(NetworkXml.Write(network));
            try
            {
                made.Start();
                made.Autostart = true;
                return true;
            }
            catch
            {
                made.Undefine();
                throw;
            }
        },
        cancel);

    /// <inheritdoc/>
    public Task<bool> ReserveAsync(string network, Reservation reservation, bool dhcp, CancellationToken cancel) => CallAsync(
        $"reserving {reservation.Address} in {network}",
        () =>
        {
            using var found = FindNetwork(network);
            try
            {
                if (dhcp)
                    found.Update(NetworkUpdateCommand.AddLast, NetworkUpdateSection.IPDhcpHost, NetworkXml.DhcpHost(reservation), flags: AffectFlags.Config);
                found.Update(NetworkUpdateCommand.AddLast, NetworkUpdateSection.DnsHost, NetworkXml.DnsHost(reservation), flags: AffectFlags.Config);
                return true;
            }
            catch (LibvirtException e) when (e.Code == LibvirtError.OperationInvalid)
            {
                return NetworkXml.Read(found.Xml(inactive: true), true).Reservations.Contains(reservation);
            }
        },
        cancel);

    /// <inheritdoc/>
    public Task PublishAsync(string network, Reservation reservation, bool dhcp, CancellationToken cancel) => CallAsync(
        $"publishing {reservation.Host} in {network}",
        () =>
        {
            using var found = FindNetwork(network);
            var live = NetworkXml.Read(found.Xml(inactive: false), true);
            if (live.Reservations.Contains(reservation))
                return;
            found.Update(NetworkUpdateCommand.AddLast, NetworkUpdateSection.DnsHost, NetworkXml.DnsHost(reservation), flags: AffectFlags.Live);
            if (dhcp)
                found.Update(NetworkUpdateCommand.AddLast, NetworkUpdateSection.IPDhcpHost, NetworkXml.DhcpHost(reservation), flags: AffectFlags.Live);
        },
        cancel);

    /// <inheritdoc/>
    public Task ReleaseAsync(string network, Reservation reservation, CancellationToken cancel) => CallAsync(
        $"giving back {reservation.Address} in {network}",
        () =>
        {
            using var found = connection.FindNetwork(network);
            if (found is null)
                return;
            var flags = found.IsActive ? AffectFlags.Config | AffectFlags.Live : AffectFlags.Config;
            foreach (var (section, xml) in new[] { (NetworkUpdateSection.DnsHost, NetworkXml.DnsHost(reservation)), (NetworkUpdateSection.IPDhcpHost, NetworkXml.DhcpHost(reservation)) })
                Quietly(() => found.Update(NetworkUpdateCommand.Delete, section, xml, flags: flags));
        },
        cancel);

    /// <inheritdoc/>
    public Task RemoveNetworkAsync(string network, CancellationToken cancel) => CallAsync(
        $"removing network {network}",
        () =>
        {
            using var found = connection.FindNetwork(network);
            if (found is null)
                return;
            if (found.IsActive)
                found.Destroy();
            found.Undefine();
        },
        cancel);

    LibvirtNetwork FindNetwork(string name) => connection.FindNetwork(name)
        ?? throw CroftException.World($"hypervisor \"{Name}\" has no network {name}", "croft up makes it");
}
