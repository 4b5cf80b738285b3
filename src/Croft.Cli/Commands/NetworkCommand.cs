using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using Croft.Cli.Options;
using Croft.Engines;
using Croft.Farms;
using Croft.Reports;

namespace Croft.Cli.Commands;

/// <summary>network list, show, bridge.</summary>
static class NetworkCommand
{
    public static Command Create(CommandMaker make)
    {
        var name = new Argument<string>("NETWORK") { Description = "The network's name in the farm file" };
        return CommandMaker.Group(
            "network",
            "List and show the farm's networks, and make bridges of hosts",
            [
                make.Make(
                    "list",
                    "List the farm's networks on each hypervisor: what they are there, and which machines are on them",
                    [],
                    (session, _, cancel) => ListAsync(session, cancel)
                ),
                make.Make(
                    "show",
                    "Show one network: its machines with MACs and addresses, on each hypervisor",
                    [name],
                    (session, parsed, cancel) => ShowAsync(session, parsed.GetValue(name)!, cancel)
                ),
                BridgeCommand.Create(make),
            ]
        );
    }

    static async Task<int> ListAsync(Session session, CancellationToken cancel)
    {
        Printed.List(
            session.Output,
            ["NAME", "MODE", "HYPERVISOR", "THERE", "STATE", "SUBNET", "MACHINES"],
            await AllAsync(session, cancel),
            n => n.Row,
            n => n.Json
        );
        return 0;
    }

    static async Task<int> ShowAsync(Session session, string name, CancellationToken cancel)
    {
        var wanted = (await AllAsync(session, cancel)).Where(n => n.Spec.Name == name).ToList();
        if (wanted.Count == 0)
            throw CroftException.Usage($"the farm file declares no network \"{name}\"", "croft network list shows what there is");
        var format = session.Output == "table" ? "yaml" : session.Output;
        Terminal.ResultText(Printed.As(format, new JsonArray([.. wanted.Select(n => (JsonNode)n.Json)])));
        return 0;
    }

    static async Task<IReadOnlyList<Place>> AllAsync(Session session, CancellationToken cancel)
    {
        using var openFarm = await session.OpenAsync(cancel);
        var hypervisors = (await openFarm.ObserveAsync(cancel)).Offered.Hypervisors;
        return PlacesOf(openFarm.Farm, hypervisors);
    }

    /// <summary>Where LXD's containers join what libvirt makes beside it, there is one network, libvirt's.</summary>
    static IReadOnlyList<Place> PlacesOf(Farm farm, IReadOnlyCollection<HypervisorState> hypervisors)
    {
        var beside = farm
            .Hypervisors.Select(h => (h.Name, Beside: h.IsLxd ? farm.Hypervisors.FirstOrDefault(o => !o.IsLxd && o.IsBeside(h)) : null))
            .Where(h => h.Beside is not null)
            .ToLookup(h => h.Beside!.Name, h => h.Name);
        var joining = beside.SelectMany(b => b).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. from network in farm.Networks
            from hypervisor in hypervisors
            let joined = hypervisors.Where(h => network.IsMade && beside[hypervisor.Name].Contains(h.Name))
            let place = new Place(farm.Name, network, hypervisor, [hypervisor, .. joined])
            where !(network.IsMade && joining.Contains(hypervisor.Name) && place.State == "missing")
            select place,
        ];
    }

    /// <summary>A network on one hypervisor.</summary>
    /// <param name="Users">That one, and those whose machines join it there.</param>
    sealed record Place(string Farm, NetworkSpec Spec, HypervisorState Hypervisor, IReadOnlyList<HypervisorState> Users)
    {
        public IReadOnlyList<string> Row =>
            [
                Spec.Name,
                Mode,
                Hypervisor.Name,
                There ?? "-",
                State,
                Subnets.Length == 0 ? "-" : string.Join(", ", Subnets),
                string.Join(' ', Cards.Select(c => c.Machine)),
            ];

        public JsonObject Json =>
            new()
            {
                ["name"] = Spec.Name,
                ["mode"] = Mode,
                ["hypervisor"] = Hypervisor.Name,
                ["there"] = There,
                ["state"] = State,
                ["cidr"] = Network?.Cidr?.ToString(),
                ["ipv6"] = Network?.Cidr6?.ToString(),
                ["machines"] = new JsonArray([
                    .. Cards.Select(c =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["name"] = c.Machine,
                                ["mac"] = c.Nic.Mac,
                                ["address"] = c.Nic.Place?.ToString(),
                                ["address6"] = c.Nic.Address6?.ToString(),
                                ["port"] = c.Nic.Port,
                            }
                    ),
                ]),
            };

        IPNetwork[] Subnets => [.. new[] { Network?.Cidr, Network?.Cidr6 }.OfType<IPNetwork>()];

        string Mode => Spec.Shared is null ? Spec.Mode.ToString().ToLowerInvariant() : "shared";

        /// <summary>What it is called on the hypervisor.</summary>
        string? There => Network?.Name ?? Spec.Source;

        NetworkState? Network =>
            Hypervisor.Networks.FirstOrDefault(n =>
                Spec.Mode switch
                {
                    NetworkMode.Existing => n.Name == Spec.Source,
                    _ when Spec.IsMade => Spec.Shared is null
                        ? n.Farm == Farm && n.Network == Spec.Name
                        : $"{n.Farm}.{n.Network}" == Spec.Shared,
                    _ => false,
                }
            );

        public string State =>
            Hypervisor.Unreachable is not null || Hypervisor.IsOff ? "unknown"
            : Spec.Mode == NetworkMode.User ? "-"
            : Spec is { Mode: NetworkMode.Vde, IsOutside: true }
                ? Hypervisor.Sockets is not { } sockets ? "unknown"
                    : sockets.Contains(Spec.Source!) ? "on"
                    : "missing"
            : Spec.Mode is NetworkMode.Bridge or NetworkMode.Direct or NetworkMode.Tap
                ? Hypervisor.Devices is not { } devices ? "unknown"
                    : devices.Contains(Spec.Source!) ? "on"
                    : "missing"
            : Network is { } network
                ? network.IsMute ? "mute"
                    : network.Active ? "on"
                    : "off"
            : "missing";

        IEnumerable<(string Machine, Nic Nic)> Cards =>
            from user in Users
            from machine in user.Machines
            let record = machine.Record
            where record?.Farm == Farm
            from nic in record!.Nics
            where nic.Network == Spec.Name && (user == Hypervisor || nic.Parent is not null)
            select (record!.Name, nic);
    }
}
