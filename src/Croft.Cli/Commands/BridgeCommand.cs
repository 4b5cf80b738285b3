using System.CommandLine;
using Croft.Cli.Options;
using Croft.Farms;
using Croft.Farms.Reading;
using Croft.Lifecycle;

namespace Croft.Cli.Commands;

/// <summary>network bridge create, remove.</summary>
static class BridgeCommand
{
    public static Command Create(CommandMaker make) =>
        CommandMaker.Group("bridge", "Make a bridge of a host's network card, for machines on the LAN", [Make(make), Remove(make)]);

    static Command Make(CommandMaker make)
    {
        var (bridge, on, yes) = (Bridge(), On(), Arguments.Yes());
        var uplink = new Option<string>("--uplink")
        {
            Description = "The network card that leads to the LAN",
            HelpName = "DEVICE",
            Required = true,
        };
        return make.Make(
            "create",
            "Put a host's network card into a new bridge, which takes over its addresses; all is put back unless the host is reached again",
            [bridge, uplink, on, yes],
            async (session, parsed, cancel) =>
            {
                var (name, card) = (Device(parsed.GetValue(bridge)!), Device(parsed.GetValue(uplink)!));
                var host = HostOf(session, parsed.GetValue(on));
                session.Confirm(parsed.GetValue(yes), $"Putting {card} of {host?.Host ?? "this host"} into a new bridge {name}");
                var words = await new HostBridge(host, session.Settings.Runtime).CreateAsync(name, card, cancel);
                session.Terminal.Say($"{name} is there, with the addresses of {card}. Machines join it by mode: bridge, bridge: {name}.");
                if (words.Length > 0)
                    session.Terminal.Say(words);
                return 0;
            }
        );
    }

    static Command Remove(CommandMaker make)
    {
        var (bridge, on, yes) = (Bridge(), On(), Arguments.Yes());
        return make.Make(
            "remove",
            "Remove a bridge that Croft made; the network card has its addresses again",
            [bridge, on, yes],
            async (session, parsed, cancel) =>
            {
                var name = Device(parsed.GetValue(bridge)!);
                var host = HostOf(session, parsed.GetValue(on));
                session.Confirm(parsed.GetValue(yes), $"Removing bridge {name} of {host?.Host ?? "this host"}");
                await new HostBridge(host, session.Settings.Runtime).RemoveAsync(name, cancel);
                session.Terminal.Say($"{name} is gone.");
                return 0;
            }
        );
    }

    /// <summary>Asks whether to make the bridges of this host that a farm's machines need; without a terminal the plan tells how.</summary>
    public static async Task OfferAsync(Session session, Farm farm, CancellationToken cancel)
    {
        if (!session.Terminal.CanAsk || HostBridge.UplinkOfThisHost is not { } uplink)
            return;
        foreach (var bridge in HostBridge.MissingOf(farm))
        {
            if (!session.Terminal.Ask($"This host has no bridge {bridge}. Put {uplink} into a new one?", cancel))
                continue;
            var words = await new HostBridge(null, session.Settings.Runtime).CreateAsync(bridge, uplink, cancel);
            session.Terminal.Say($"{bridge} is there, with the addresses of {uplink}.");
            if (words.Length > 0)
                session.Terminal.Say(words);
        }
    }

    static Argument<string> Bridge() => new("BRIDGE") { Description = "The bridge's name, such as br0" };

    static Option<string?> On() =>
        new("--hypervisor") { Description = "A hypervisor of the farm file; without it this host", HelpName = "NAME" };

    static string Device(string name) =>
        Rules.Device.TryParse(name, out var device, out var complaint)
            ? device
            : throw CroftException.Usage(complaint.Message, complaint.Hint);

    /// <summary>As ssh goes to a hypervisor; null for this host.</summary>
    static Jump? HostOf(Session session, string? name)
    {
        if (name is null)
            return null;
        var all = session.LoadFarm().Hypervisors;
        var host = all.FirstOrDefault(h => h.Name == name)
            ?? throw CroftException.Usage($"the farm file has no hypervisor \"{name}\"", Words.DidYouMean(name, all.Select(h => h.Name)));
        return host.Machine is null
            ? host.Itself
            : throw CroftException.Usage(
                $"hypervisor \"{name}\" is a machine of this farm",
                "its network cards are those that the farm file gives it"
            );
    }
}
