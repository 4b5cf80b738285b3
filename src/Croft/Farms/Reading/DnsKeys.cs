using System.Collections.Immutable;
using System.Net;

namespace Croft.Farms.Reading;

static class DnsKeys
{
    public static readonly Field<ImmutableArray<Item<IPAddress>>> Forwarders = new(
        "forwarders",
        new ListShape<IPAddress>(new AddressShape(), least: 1),
        "Name servers that answer for what is not of the network."
    )
    {
        DefaultText = "the hypervisor's own",
    };

    public static readonly Field<ImmutableArray<Named<string>>> Records = new(
        "records",
        new NamedShape<string>("name", Rules.HostName, Rules.HostOrAddress),
        "Further names, each with an address, or with the machine of the farm that it is, too."
    );

    public static readonly Field<ImmutableArray<Named<IPAddress>>> Wildcards = new(
        "wildcards",
        new NamedShape<IPAddress>("name", Rules.HostName, new AddressShape()),
        "Names each with the address that it and all names below it have."
    );

    public static readonly MapShape Map = new("what a name server says", [Forwarders, Records, Wildcards]);
}
