using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using Croft.Libvirt;

namespace Croft.Engines.Libvirt;

/// <summary>What others made: the host's own network devices, and the addresses that they give to guests.</summary>
sealed partial class LibvirtHost
{
    /// <summary>The quickest first. The guest itself knows best; the host's neighbours may be those of before.</summary>
    static readonly InterfaceAddressSource[] Witnesses =
    [
        InterfaceAddressSource.Lease,
        InterfaceAddressSource.Agent,
        InterfaceAddressSource.Arp,
    ];

    public async Task<MachineRecord> SeeAsync(MachineRecord machine, CancellationToken cancel)
    {
        var seen = await CallAsync(
            $"asking for the addresses of {machine.Id}",
            () =>
            {
                using var domain = connection.FindDomain(machine.Id.ToString());
                return domain is null ? machine : machine with { Nics = See(domain, machine.Nics) };
            },
            cancel
        );
        // libvirt 9.0 and older cannot read a table of neighbours that has more than a few lines.
        return IsHere && seen.Nics.Any(n => n.IsOutside && n.Seen is null)
            ? seen with
            {
                Nics = Neighbours.See(seen.Nics, (await new Tools.Tool("ip", "-j", "-4", "neighbour", "show").RunAsync(cancel)).Output),
            }
            : seen;
    }

    static ImmutableArray<Nic> See(LibvirtDomain domain, ImmutableArray<Nic> nics)
    {
        var seen = new Dictionary<string, IPAddress>(StringComparer.OrdinalIgnoreCase);
        foreach (var witness in Witnesses.TakeWhile(_ => nics.Any(n => n.IsOutside && !seen.ContainsKey(n.Mac))))
        {
            foreach (var card in Ask(domain, witness).Where(c => c.Mac is not null))
            {
                if (Nic.Reached(card.Addresses.Select(a => a.Address)) is { } address)
                    seen.TryAdd(card.Mac!, address);
            }
        }

        return [.. nics.Select(n => n.IsOutside ? n with { Seen = seen.GetValueOrDefault(n.Mac) } : n)];
    }

    static IReadOnlyList<DomainInterface> Ask(LibvirtDomain domain, InterfaceAddressSource witness)
    {
        try
        {
            return domain.InterfaceAddresses(witness);
        }
        catch (LibvirtException)
        {
            return []; // it is off, has no agent yet, or its host does not tell
        }
    }

    ImmutableHashSet<string>? Devices()
    {
        try
        {
            return [.. connection.InterfaceNames()];
        }
        catch (LibvirtException)
        {
            return null; // a libvirt without a driver for them
        }
    }

    ImmutableHashSet<string>? Filters()
    {
        try
        {
            return [.. connection.FilterNames()];
        }
        catch (LibvirtException e)
        {
            return e.Code == LibvirtError.NoSupport ? [] : null;
        }
    }
}
