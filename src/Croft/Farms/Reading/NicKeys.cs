using System.Collections.Immutable;
using System.Net;

namespace Croft.Farms.Reading;

static class NicKeys
{
    public static readonly Field<string> Name = new("name", Rules.Name, "A network of the farm.") { Required = true };

    public static readonly Field<IPAddress> Address = new(
        "address",
        new AddressShape(),
        "A fixed address; with `count` the first machine's, the others follow."
    )
    {
        DefaultText = "a free one, chosen by the plan",
    };

    public static readonly Field<string> Mac = new("mac", Rules.Mac, "The card's MAC. A machine of a `count` cannot have one.")
    {
        DefaultText = "one that stays the same for the machine's name",
    };

    public static readonly Field<string> Model = new("model", Rules.ModelName, "What card the guest sees, such as `e1000e`.")
    {
        DefaultText = "`virtio`",
    };

    public static readonly Field<bool> DefaultRoute = new(
        "default_route",
        new BoolShape(),
        "Whether the way to everywhere else leads over this card. One card of a machine can have it."
    )
    {
        DefaultText = "the first card's, where its network leads anywhere",
    };

    public static readonly Field<ImmutableArray<Item<PortForward>>> Forwards = new(
        "forwards",
        new ListShape<PortForward>(new PortForwardShape()),
        "On a user network, ports of the hypervisor that lead to the guest: `8080:80`, on loopback unless an address is before it. With `count` the following machines have the following ports."
    );

    public static readonly MapShape Map = new("a connection to a network", [Name, Address, Mac, Model, DefaultRoute, Forwards], Name);
}
