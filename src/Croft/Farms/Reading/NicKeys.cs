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

    /// <summary>Those of QEMU's that libvirt gives to machines.</summary>
    public static readonly string[] Models =
    [
        "virtio",
        "virtio-transitional",
        "virtio-non-transitional",
        "virtio-net-pci",
        "e1000",
        "e1000e",
        "e1000-82544gc",
        "e1000-82545em",
        "igb",
        "rtl8139",
        "vmxnet3",
        "pcnet",
        "ne2k_pci",
        "tulip",
        "usb-net",
        "spapr-vlan",
        "lan9118",
        "smc91c111",
        "i82550",
        "i82551",
        "i82557a",
        "i82557b",
        "i82557c",
        "i82558a",
        "i82558b",
        "i82559a",
        "i82559b",
        "i82559c",
        "i82559er",
        "i82562",
        "i82801",
    ];

    public static readonly Field<string> Model = new(
        "model",
        Rules.ModelName,
        "What card the guest sees, such as `e1000e`. Images that Croft built know virtio alone, those with systemd `vmxnet3`, too."
    )
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
