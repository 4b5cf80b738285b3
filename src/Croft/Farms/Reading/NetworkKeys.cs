using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Croft.Farms.Reading;

static class NetworkKeys
{
    const string NotYet = "bridge networks are not there yet";
    const string Instead = "use mode: nat";

    public static readonly Field<NetworkMode> Mode = new(
        "mode",
        new ChoiceShape<NetworkMode>(("nat", NetworkMode.Nat), ("isolated", NetworkMode.Isolated), ("user", NetworkMode.User)).Refusing("bridge", NotYet, Instead),
        "How the network reaches the outside: through the hypervisor, not at all, or by QEMU's user networking, which needs no privileges.") { DefaultText = "`nat`; `user` on a session hypervisor" };

    public static readonly Field<IPNetwork> Cidr = new("cidr", new CidrShape(), "The subnet. Its first host address is the hypervisor's.") { DefaultText = "a free one, chosen by the plan" };

    public static readonly Field<bool> Dhcp = new("dhcp", new BoolShape(), "Whether the network answers DHCP. Without DHCP the guest gets its address from its seed.") { DefaultText = "`true`" };

    public static readonly Field<string> Shared = new(
        "shared",
        new TextShape(
            "another farm's network",
            "farm.network, such as base.mgmt",
            "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.[A-Za-z0-9][A-Za-z0-9._-]{0,62}$",
            text => text.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && Rules.DnsLabel.Holds(text[..dot]) && Rules.Name.Holds(text[(dot + 1)..])),
        "Uses the network of another farm, written `farm.network`.");

    public static readonly Field<string> Bridge = new("bridge", new NotYetShape(), NotYet) { Hidden = true };

    public static readonly MapShape Map = new("a network", [Mode, Cidr, Dhcp, Shared, Bridge]);

    // "bridge: br0" stands beside "mode: bridge", which is answered; once is enough.
    sealed class NotYetShape : ScalarShape<string>
    {
        public override string Type => "nothing yet";

        public override bool TryParse(string text, [NotNullWhen(true)] out string? value, out Complaint complaint)
        {
            (value, complaint) = (text, default);
            return true;
        }

        public override System.Text.Json.Nodes.JsonObject Schema() => [];
    }
}
