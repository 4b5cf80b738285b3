using Croft.Engines;
using Croft.Farms.Reading;
using Croft.Planning;

namespace Croft.Tests.Planning;

/// <summary>What the plan makes of each key of the farm file that changes for what exists: a key without a decision fails here.</summary>
public sealed class EveryKeyThatChanges
{
    const string Ssh = "ssh_keys: [ ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJj2Y6jFSm4xDIF6VVFCtS1o8Cn8OGlRAGEVuMBgWPD me ]\n";

    /// <summary>A key of a machine, how it is declared then, and the outcome: an action, or a word of a note.</summary>
    public static readonly TheoryData<string, string, string> OfAMachine = new()
    {
        { "image", "image: debian_12", "recreate" },
        { "cdrom", "cdrom: http://example.org/live.iso", "restart" },
        { "boot", "image: flatcar, user: root, boot: [ disk ]", "recreate" }, // with the image; it alone restarts: NetworksThatBoot
        { "arch", "arch: arm64", "recreate" },
        { "runtime", "runtime: container", "recreate" },
        { "virt_domain", "virt_domain: qemu", "restart" },
        { "machine", "machine: pc", "restart" },
        { "cpu", "cpu: max", "restart" },
        { "vcpus", "vcpus: 2", "restart" },
        { "memory", "memory: 1GiB", "restart" },
        { "firmware", "firmware: bios", "recreate" },
        { "secure_boot", "firmware: uefi, secure_boot: true", "recreate" },
        { "tpm", "tpm: true", "recreate" },
        { "domain_xml", "vcpus: 2", "restart" }, // DomainsOfTheUsers has its file
        { "autostart", "autostart: true", "start" },
        { "disk", "disk: 9GiB", "restart" }, // a larger one; Actions has others
        { "disks", "disks: [ { name: data, size: 1GiB } ]", "restart" }, // one that is added; ADefinitionThatChanged has others
        { "networks", "networks: [ lan, more ]", "restart" },
        { "user", "user: admin", "recreate" },
        { "first_boot", "first_boot: none, wait: none", "recreate" },
        { "cloud_init", "image: debian_13_systemd, cloud_init: { source: nocloud }", "recreate" },
        { "ignition", "image: flatcar, user: root", "recreate" }, // FirstBoots holds their files
        { "butane", "image: flatcar, user: root", "recreate" },
        { "combustion", "image: flatcar, user: root", "recreate" },
        { "timezone", "image: debian_13_systemd, timezone: UTC", "recreate" }, // all of these stand in the seed
        { "locale", "image: debian_13_systemd, locale: C.UTF-8", "recreate" },
        { "keyboard", "image: debian_13_systemd, keyboard: de", "recreate" },
        { "packages", "image: debian_13_systemd, packages: [ curl ]", "recreate" },
        { "passwords", "image: debian_13_systemd, passwords: { root: ask }", "recreate" },
        {
            "host_key",
            "first_boot: none, host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJj2Y6jFSm4xDIF6VVFCtS1o8Cn8OGlRAGEVuMBgWPD",
            "recreate"
        }, // with first_boot; it alone is checked the next time
        { "connection", "connection: agent", "none" }, // how it is entered the next time
        { "port", "port: 2222", "recreate" }, // the seed says where sshd listens
        { "auth", "auth: { password: ask }", "recreate" }, // the seed gives it
        { "proxy", "proxy: { apt: http://cache:3142 }", "recreate" }, // the seed says it
        { "wait", "wait: agent", "none" }, // how it is waited for the next time
        { "connection_timeout", "connection_timeout: 5min", "none" },
        { "hypervisor", "hypervisor: h2", "note: declared for \"h2\"" },
        { "require", "require: { disk: fast }", "note: no label disk: fast" },
        { "apart", "apart: g", "note: declared apart: g" },
        { "container", "runtime: container, container: { nesting: true }", "recreate" }, // with runtime; Containers has what it changes
        { "properties", "properties: { a: b }", "none" }, // what phases read
        { "vars", "vars: { a: b }", "none" },
        { "groups", "groups: [ web ]", "none" },
        { "projects", "projects: []", "none" }, // what a run does
        { "allowed_phases", "allowed_phases: [ main ]", "none" }, // what a run does
        { "timeouts", "timeouts: { main: 5min }", "none" },
        { "retry_count", "retry_count: 3", "none" },
        { "retry_delay", "retry_delay: 3s", "none" },
    };

    /// <summary>Keys of what is not a machine, and what holds their decision.</summary>
    static readonly Dictionary<string, string[]> Others = new()
    {
        ["a network"] =
        [
            "mode",
            "cidr",
            "dhcp",
            "shared",
            "bridge",
            "uplink",
            "network",
            "vde",
            "tap",
            "domain",
            "mtu",
            "ipv6",
            "range",
            "range6",
            "nat_ports",
            "dns",
            "define",
            "filter",
            "template",
            "pxe",
        ], // NetworksThatExist; another cidr is refused, another network's name is another network; filter is in the digest of hardware
        ["a disk"] = ["name", "size", "format", "mount", "type"], // all are in the digest of disks
        ["a connection to a network"] = ["name", "address", "mac", "model", "default_route", "forwards"], // all are in the digest of hardware
        ["a hypervisor"] =
        [
            "uri",
            "project",
            "machine",
            "jump",
            "connection_timeout",
            "limits",
            "overcommit",
            "labels",
            "capabilities",
            "size",
        ], // how it is reached and what may be put there: asked each time
        ["a farm file"] =
        [
            "farm",
            "hypervisors",
            "dispatch",
            "networks",
            "platforms",
            "targets",
            "vms",
            "project",
            "projects",
            "cache",
            "ssh_keys",
            "catalog",
            "mirrors",
        ], // ssh_keys are noted, the others asked each time
    };

    [Theory]
    [MemberData(nameof(OfAMachine))]
    public void OfAMachineIsCarriedOutOrNoted(string key, string declared, string outcome)
    {
        Assert.NotEmpty(key);
        var before = Input("", "");
        var plan = Planner.Make(Input(declared, "") with { Inventory = new(Lab.Done(before, Planner.Make(before), PowerState.Running)) });
        if (outcome.StartsWith("note: ", StringComparison.Ordinal))
            Assert.Contains(plan.Notes, n => n.Contains(outcome[6..], StringComparison.Ordinal));
        else
            Assert.Equal(outcome, plan.Machines[0].Action.ToString().ToLowerInvariant());
    }

    [Fact]
    public void HasADecision()
    {
        Assert.Equal(MachineKeys.All.Select(f => f.Name).Order(), OfAMachine.Select(row => row.Data.Item1).Order());
        foreach (var map in (MapShape[])[NetworkKeys.Map, DiskKeys.Map, NicKeys.Map, HypervisorKeys.Map, FarmKeys.Map])
            Assert.Equal(
                Others.Single(o => map.Type.StartsWith(o.Key, StringComparison.Ordinal)).Value.Order(),
                map.Fields.Select(f => f.Name).Order()
            );
    }

    [Fact]
    public void OfTheKeysThatLogInIsNoted()
    {
        var before = Input("", "");
        var keys = Identity.KeysDigest(before.Farm);
        var done = Lab.Done(before, Planner.Make(before))
            .Select(h => h with { Machines = [.. h.Machines.Select(m => m with { Record = m.Record! with { Keys = keys } })] });
        Assert.Empty(Planner.Make(before with { Inventory = new([.. done]) }).Notes);
        Assert.Contains("ssh_keys", Planner.Make(Input("", Ssh) with { Inventory = new([.. done]) }).Notes[0]);
    }

    static PlanInput Input(string declared, string more) =>
        Lab.Input(
            $"farm: f\n{more}hypervisors: {{ h1: {{ uri: qemu+ssh://h1/system }}, h2: {{ uri: qemu+ssh://h2/system, labels: {{ disk: fast }} }} }}\nnetworks: {{ lan: {{ cidr: 10.9.0.0/24 }}, more: {{ cidr: 10.9.1.0/24 }} }}\ndispatch: {{ policy: pack }}\n"
                + $"vms: {{ list: [ {{ name: a, platform: debian_13{(declared.Length > 0 ? ", " + declared : "")} }}, {{ name: b, platform: debian_13{(declared.StartsWith("apart", StringComparison.Ordinal) ? ", " + declared : "")} }} ] }}",
            Lab.Host("h1", "x86_64:kvm,qemu aarch64:qemu"),
            Lab.Host("h2", "x86_64:kvm,qemu aarch64:qemu")
        );
}
