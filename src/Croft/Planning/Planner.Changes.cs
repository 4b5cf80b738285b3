using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Networks that are declared otherwise than they are.</summary>
public sealed partial class Planner
{
    /// <summary>A network is made anew to become another; what is on it would lose its connection.</summary>
    void CheckChange(NetworkSpec network, IEnumerable<HypervisorState> there)
    {
        foreach (var hypervisor in there)
        {
            if (
                Present(network.Name, hypervisor.Name) is not { } known
                || ChangeOf(network, known) is not { } change
                || !IsUsed(known, hypervisor)
            )
                continue;
            var on = UsersOf(known, hypervisor).ToList();
            var mine = on.Where(r => r.Farm == Farm.Name).Select(r => r.Name).ToList();
            Refuse(
                network.At,
                $"networks.{network.Name}{(known.Mode != network.Mode ? ".mode" : known.Dhcp != network.Dhcp ? ".dhcp" : "")}",
                $"network {known.Name} on hypervisor \"{hypervisor.Name}\" {change}, but {string.Join(", ", on.Select(r => r.Farm == Farm.Name ? r.Name : $"{r.Name} of farm \"{r.Farm}\"").DefaultIfEmpty("something"))} still use{(on.Count > 1 ? "" : "s")} it",
                mine.Count == on.Count && mine.Count > 0
                    ? $"croft down {string.Join(' ', mine)}, then croft up"
                    : "shut those down, then croft up",
                isWorld: true
            );
        }
    }

    bool IsUsed(NetworkState network, HypervisorState hypervisor) => network.Cards > 0 || UsersOf(network, hypervisor).Any();

    /// <summary>Machines that are on it now, also those of another engine beside it.</summary>
    IEnumerable<MachineRecord> UsersOf(NetworkState network, HypervisorState hypervisor) =>
        from other in input.Inventory.Hypervisors
        from machine in other.Machines
        let record = machine.Record
        where machine.IsOn && record is not null
        where record.Nics.Any(n => n.Bridge == network.Name && (other == hypervisor || n.Parent is not null))
        select record;

    /// <summary>How a network that exists is declared otherwise; null when it is as declared.</summary>
    string? ChangeOf(NetworkSpec network, NetworkState known)
    {
        var mode = known.Mode == network.Mode ? null : $"is {Word(known.Mode)} and becomes {Word(network.Mode)}";
        var dhcp =
            known.Dhcp is not { } answers || answers == network.Dhcp ? null
            : network.Dhcp ? "will answer DHCP"
            : "will not answer DHCP any more";
        var (before, now) = Apart(known.Options, network.Options.ToString());
        var options =
            before == now ? null
            : before.Length == 0 ? $"will have {now}"
            : now.Length == 0 ? $"will not have {before} any more"
            : $"has {before} and will have {now}";
        return string.Join(", and ", new[] { mode, dhcp, options, NamesOf(network, known) }.OfType<string>()) is { Length: > 0 } change
            ? change
            : null;
    }

    /// <summary>Options without those that both have.</summary>
    static (string Before, string Now) Apart(string before, string now)
    {
        var (old, young) = (before.Split("; "), now.Split("; "));
        return (string.Join("; ", old.Except(young)), string.Join("; ", young.Except(old)));
    }

    /// <summary>The domain that an earlier version gave a network is no change while machines are on it.</summary>
    string? NamesOf(NetworkSpec network, NetworkState known)
    {
        var (now, usual) = (known.Zone, $"{Farm.Name}.croft.internal");
        var wanted = network.Zone ?? usual;
        return now is null || now == wanted || (network.Zone is null && now == Farm.Name)
            ? null
            : $"has the names of {now} and will have those of {wanted}";
    }

    /// <summary>What machines were told of a network at their start is told anew when the network becomes another.</summary>
    string? ChangedUnder(ImmutableArray<Nic> nics, string? hypervisor) =>
        nics.Select(n => n.Network)
            .FirstOrDefault(name =>
                Present(name, hypervisor) is { } known
                && Farm.Networks.First(n => n.Name == name) is { Shared: null } network
                && ChangeOf(network, known) is not null
            );

    /// <summary>
    /// A network that somebody stopped or undefined under machines that run: libvirt does not put their cards on it when it comes again.
    /// The ports of a switch come by themselves.
    /// </summary>
    string? GoneUnder(ImmutableArray<Nic> nics, HypervisorState? hypervisor) =>
        hypervisor is not { Unreachable: null, IsOff: false } || IsSwitched(hypervisor)
            ? null
            : nics.Select(n => n.Network)
                .FirstOrDefault(name =>
                    Farm.Networks.First(n => n.Name == name) is { IsMade: true, Mode: not NetworkMode.Vde }
                    && Present(name, hypervisor.Name) is not { Active: true }
                );

    /// <summary>
    /// What somebody made of its processors and memory behind Croft's back; null when they are as declared. A domain_xml of the user's may
    /// decide them itself.
    /// </summary>
    static string? Resized(MachineState machine, MachineSpec spec)
    {
        if (spec.DomainXml is not null)
            return null;
        string[] changes =
        [
            .. machine.Vcpus == spec.Vcpus ? (string[])[] : [$"{(machine.Vcpus > 0 ? machine.Vcpus : "all")} vcpus, not {spec.Vcpus}"],
            .. IsRounded(machine.Memory, spec.Memory, spec.Arch)
                ? (string[])[]
                : [$"{(machine.Memory > 0 ? Room.Size(machine.Memory) : "all")} memory, not {Room.Size(spec.Memory)}"],
        ];
        return changes.Length == 0 ? null : $"somebody gave it {string.Join(", and ", changes)}";
    }

    /// <summary>
    /// A restart puts back what was taken out. A disk of which the file is gone comes back empty if it was taken out, too; else the machine
    /// does not start any more, and somebody may still have the file.
    /// </summary>
    static (MachineAction Action, string Reason)? WhatSomebodyTook(MachineState machine, MachineRecord record)
    {
        var gone = machine.Lost.FirstOrDefault(disk => disk == DiskVolume.Root || record.Disks.Any(d => d.Disk == disk));
        if (gone is not null)
            return (MachineAction.Recreate, $"the file of its disk {gone} is gone");
        if (machine.Lacks.IsEmpty)
            return null;
        var taken = $"{machine.LacksInWords} {(machine.Lacks.Length == 1 ? "was" : "were")} taken out of it";
        return (
            MachineAction.Restart,
            machine.Lost.IsEmpty ? taken : $"{taken}; {string.Join(" and ", machine.Lost)} comes back empty, since its file is gone, too"
        );
    }

    /// <summary>Hypervisors round memory up to what the architecture's boards take: libvirt's qemuDomainGetMemorySizeAlignment.</summary>
    static bool IsRounded(long memory, long declared, string arch) =>
        memory >= declared && memory - declared < (arch.StartsWith("ppc64", StringComparison.Ordinal) ? 256L << 20 : 1L << 20);

    (MachineAction Action, string Reason) Affected(
        MachineSpec spec,
        bool isOn,
        ImmutableArray<Nic> nics,
        HypervisorState? hypervisor,
        (MachineAction Action, string) own
    ) =>
        own.Action == MachineAction.Start && ChangedUnder(nics, hypervisor?.Name) is { } changed
            ? (MachineAction.Restart, $"network {changed} becomes another")
        : isOn && !spec.IsContainer && own.Action is MachineAction.None or MachineAction.Start && GoneUnder(nics, hypervisor) is { } gone
            ? (MachineAction.Restart, $"network {gone} does not run, so nobody hears it")
        : own;

    static string Word(NetworkMode mode) => mode.ToString().ToLowerInvariant();
}
