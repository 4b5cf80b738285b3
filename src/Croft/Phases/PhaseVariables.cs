using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Croft.Engines;
using Croft.Farms;
using Croft.Planning;

namespace Croft.Phases;

/// <summary>The variables that a phase sees: the roles' own for Ansible, the same as <c>CROFT_*</c> environment for scripts.</summary>
static class PhaseVariables
{
    /// <summary>All: of the farm, of the machine, of the command.</summary>
    /// <param name="record">The machine as it is; null when it is not yet.</param>
    /// <param name="phasesFolder">Where the phase sees the project's phases.</param>
    public static JsonObject For(Plan plan, PlannedMachine machine, MachineRecord? record, string phasesFolder)
    {
        var variables = OfFarm(plan.Farm, phasesFolder);
        foreach (var (name, value) in OfMachine(plan, machine, record).Concat(Json(plan.Farm.Project.Extra)))
            variables[name] = value?.DeepClone();
        return variables;
    }

    /// <summary>
    /// Those that are the same for every machine: the project's own, <c>project_id</c>, <c>project_revision</c>,
    /// <c>phases_lookup_dir_path</c>.
    /// </summary>
    public static JsonObject OfFarm(Farm farm, string phasesFolder)
    {
        var variables = Json(farm.Project.Vars);
        variables["project_id"] = farm.Project.Id;
        variables["project_revision"] = farm.Project.Revision ?? "auto";
        variables["phases_lookup_dir_path"] = phasesFolder;
        return variables;
    }

    /// <summary>A machine's own variables, <c>vm</c> and <c>kvm_host</c>.</summary>
    public static JsonObject OfMachine(Plan plan, PlannedMachine machine, MachineRecord? record)
    {
        var variables = Json(machine.Spec.Vars);
        variables["vm"] = Vm(plan, machine, record);
        variables["kvm_host"] = machine.Hypervisor;
        return variables;
    }

    /// <summary>For scripts: texts as they are, everything else as JSON.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Environment(JsonObject variables, PlannedMachine machine) =>
        variables
            .Select(v => KeyValuePair.Create("CROFT_" + v.Key.ToUpperInvariant(), Text(v.Value)))
            .Concat(VmVariable.Names(machine.Spec.Name, machine.Spec.Platform, machine.Spec.Target));

    /// <summary>What the roles set beside: any variable of this name, also a role's default, goes before.</summary>
    public static JsonObject Facts(Plan plan, PlannedMachine machine, PhaseFile file)
    {
        var facts = new JsonObject
        {
            ["platform_name"] = machine.Spec.Platform,
            ["target_name"] = machine.Spec.Target,
            ["import_path"] = Path.GetDirectoryName(file.File),
            ["snapshot_phase_name"] = PhaseFiles.Name(file.Phase),
            ["snapshot_list"] = Snapshots(plan, machine),
            ["hostjumps"] = Jumps(plan, machine.Hypervisor),
        };
        foreach (var (name, value) in OfHypervisor(plan, machine.Hypervisor))
            facts[name] = value?.DeepClone();
        return facts;
    }

    /// <summary>What the roles set for a hypervisor.</summary>
    public static JsonObject OfHypervisor(Plan plan, string? hypervisor)
    {
        var machines = plan.Machines.Concat(plan.Others).Where(m => m.Hypervisor == hypervisor).ToList();
        var types = plan.Seen?.Inventory.Hypervisors.FirstOrDefault(h => h.Name == hypervisor)?.VirtTypes
            ?? plan.Farm.Hypervisors.FirstOrDefault(h => h.Name == hypervisor)?.Capabilities;
        return new JsonObject
        {
            ["config"] = new JsonObject
            {
                ["list"] = List(machines.Select(m => new JsonObject { ["platform"] = m.Spec.Platform, ["target"] = m.Spec.Target })),
            },
            ["virtual_machines"] =
                $"{{{{ {List(machines.Select(m => JsonValue.Create(m.Spec.Name))).ToJsonString()} | map('extract', hostvars, 'vm') | list }}}}",
            ["libvirt_supported_virtualizzation_types"] = new JsonObject(
                (types ?? ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty).Select(t =>
                    KeyValuePair.Create(t.Key, (JsonNode?)List(t.Value.Select(type => JsonValue.Create(type))))
                )
            ),
        };
    }

    /// <summary>The hypervisors from the outermost one to this one.</summary>
    public static JsonArray Jumps(Plan plan, string? hypervisor)
    {
        var jumps = new JsonArray();
        for (
            var at = hypervisor;
            at is not null;
            at = plan.Farm.HostOf(at) is { } host
                    ? plan.Machines.Concat(plan.Others).FirstOrDefault(m => m.Spec.Name == host)?.Hypervisor
                    : null
        )
            jumps.Insert(0, at);
        return jumps;
    }

    static JsonArray Snapshots(Plan plan, PlannedMachine machine)
    {
        var states = plan.Seen?.Inventory.Hypervisors.FirstOrDefault(h => h.Name == machine.Hypervisor)?.States ?? [];
        return List(
            machine
                .Layers.Where(l => l.Present is not null)
                .Select(l => l.Name)
                .Concat(states.Where(s => s.IsUsers && s.Machine == IdOf(machine)).Select(s => s.UsersName).Order(StringComparer.Ordinal))
                .Select(name => JsonValue.Create(name))
        );
    }

    static MachineId IdOf(PlannedMachine machine) => new(machine.Farm, machine.Spec.Name);

    static JsonObject Vm(Plan plan, PlannedMachine machine, MachineRecord? record)
    {
        var spec = machine.Spec;
        var vm = VmVariable.Of(spec);
        vm["virt_domain"] = machine.VirtType;
        vm["emulator"] = spec.IsContainer ? "" : EmulatorOf(spec.Arch);
        vm["metadata"] = Metadata(plan, machine);
        vm["networks"] = List(machine.Nics.Select(n => Card(n, record)));
        foreach (var disk in vm["disks"]!.AsArray())
            disk!["src"] = record?.Disks.FirstOrDefault(volume => volume.Disk == (string)disk["name"]!)?.Volume;
        if (machine.Nics.FirstOrDefault() is { } nic)
            vm["net"] = Net(plan, machine, nic, record);
        return vm;
    }

    static string EmulatorOf(string arch) =>
        "/usr/bin/qemu-system-"
        + arch switch
        {
            "i686" => "i386",
            "ppc64le" => "ppc64",
            _ => arch,
        };

    static JsonObject Metadata(Plan plan, PlannedMachine machine)
    {
        var spec = machine.Spec;
        var hypervisor = plan.Farm.Hypervisors.FirstOrDefault(h => h.Name == machine.Hypervisor);
        var metadata = new JsonObject
        {
            ["name"] = spec.Name,
            ["platform_name"] = spec.Platform,
            ["target_name"] = spec.Target,
            ["arch_name"] = spec.Target,
            ["hostname"] = spec.Name,
            ["domain"] = IdOf(machine).ToString(),
            ["tmp_dir"] = "/tmp",
            ["auth"] = new JsonObject
            {
                ["user"] = spec.User,
                ["become_user"] = "root",
                ["become_method"] = (spec.Login.Become?.Method ?? BecomeMethod.Sudo).ToString().ToLowerInvariant(),
            },
            ["sources"] = new JsonArray(
                new JsonObject
                {
                    ["uri"] = spec.Image switch
                    {
                        UrlImage url => url.Url.ToString(),
                        FileImage file => file.File,
                        var built => built.Name,
                    },
                }
            ),
        };
        if (hypervisor?.UriThere is not { } connection)
            return metadata;
        metadata["connection"] = connection;
        if (!hypervisor.IsSession)
            metadata["libvirt_pool_dir"] = "/var/lib/libvirt/croft/";
        return metadata;
    }

    /// <summary>Where a card is reached: as it was seen, where others decide that.</summary>
    static IPAddress? PlaceOf(Nic nic, MachineRecord? record) => nic.Address ?? record?.Nics.FirstOrDefault(n => n.Mac == nic.Mac)?.Place;

    /// <summary>The first network card, in the roles' words.</summary>
    static JsonObject Net(Plan plan, PlannedMachine machine, Nic nic, MachineRecord? record)
    {
        var net = new JsonObject
        {
            ["type"] = nic switch
            {
                { Bridge: null } => "user",
                { Source: NicSource.Bridge } => "bridge",
                { Source: NicSource.Device } => "direct",
                { Source: NicSource.Tap } => "tap",
                _ => "network",
            },
            ["source"] = nic.Bridge ?? $"hostfwd=tcp:127.0.0.1:{nic.Port}-:{machine.Spec.Login.Port}",
            ["mac"] = nic.Mac,
            ["ip"] = PlaceOf(nic, record)?.ToString() ?? "dhcp",
        };
        if (
            plan
                .Networks.FirstOrDefault(n =>
                    (nic.Parent is not null || n.Hypervisor == machine.Hypervisor) && n.Definition.Network == nic.Network
                )
                ?.Definition
                is { } network
            && nic.Address is not null
        )
        {
            net["mask"] = network.Cidr.PrefixLength.ToString(System.Globalization.CultureInfo.InvariantCulture);
            net["gateway"] = network.Gateway.ToString();
        }

        return net;
    }

    static JsonObject Card(Nic nic, MachineRecord? record)
    {
        var card = new JsonObject
        {
            ["name"] = nic.Network,
            ["mac"] = nic.Mac,
            ["address"] = PlaceOf(nic, record)?.ToString(),
        };
        if (nic.Address6 is { } second)
            card["address6"] = second.ToString();
        return card;
    }

    static string Text(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value?.ToJsonString() ?? "";

    static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    static JsonArray List(IEnumerable<JsonNode?> items) => new([.. items]);
}
