using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>
/// What is declared otherwise than it is and what nothing but a new machine changes: not refused, since machines go on as they are, and
/// never silent.
/// </summary>
public sealed partial class Planner
{
    IEnumerable<string> NotesOn(ImmutableArray<PlannedMachine> machines) => NotesOnImages(machines).Concat(NotesOnChanges(machines));

    static IEnumerable<string> NotesOnImages(ImmutableArray<PlannedMachine> machines)
    {
        foreach (
            var machine in machines.Where(m =>
                m.Spec.Image.Origin is not BuiltImage
                && !m.Nics.IsEmpty
                && m.Nics.All(n => n.IsOutside)
                && m.Nics.Any(n => n.Source != NicSource.Network)
            )
        )
            yield return $"machine \"{machine.Spec.Name}\" gets its address from others on network {machine.Nics[0].Network}, and Croft hears of it from the guest agent: if image {machine.Spec.Image.Name} has none, only its hypervisor's neighbours tell it, once the guest has spoken to that host; a further card on mode: nat leads to the machine in any case";
        foreach (
            var machine in machines.Where(m =>
                m.Spec.Login is { HasOwnHostKey: true, HostKey: null }
                && m.Existing?.Record?.HostKey is null or ""
                && m.Nics is [{ IsOutside: true, Port: null } _, ..]
            )
        )
            yield return $"machine \"{machine.Spec.Name}\" brings a host key of its own, on network {machine.Nics[0].Network}, which others made: where none of its agent, its console, your known_hosts and its disk vouches for it, up stops and shows it; host_key: tells it before, --accept-host-key takes it";
        foreach (var machine in machines)
        {
            var (spec, image) = (machine.Spec, machine.Spec.Image);
            if (image.Memory > spec.Memory)
                yield return $"machine \"{spec.Name}\" has {spec.Memory >> 20}MiB of memory; image {image.Name} needs {image.Memory >> 20}MiB";
            if (image.Cpu is { } least && spec.Cpu is { } cpu && OldProcessors.IsOlder(cpu, least))
                yield return $"machine \"{spec.Name}\" has cpu: {cpu}; image {image.Name} boots on {least} and later only, such as cpu: host-passthrough with KVM, cpu: maximum without";
        }
    }

    IEnumerable<string> NotesOnChanges(ImmutableArray<PlannedMachine> machines)
    {
        var keys = Identity.KeysDigest(Farm);
        foreach (
            var machine in machines.Where(m => m is { Existing.Record: not null, Hypervisor: not null, Action: not MachineAction.Recreate })
        )
        {
            var (name, host) = (machine.Spec.Name, machine.Hypervisor!);
            var anew = $"croft destroy {name}, then croft up {name} makes it anew";
            if (machine.Spec.Hypervisor is { } wanted && wanted != host)
                yield return $"machine \"{name}\" is on hypervisor \"{host}\", and is declared for \"{wanted}\"; {anew} there";
            else if (
                machine.Spec.Require.FirstOrDefault(r =>
                    Farm.Hypervisors.First(h => h.Name == host).Labels.GetValueOrDefault(r.Key) != r.Value
                    && input.Inventory.Hypervisors.First(h => h.Name == host).MembersWith([r])?.Contains(machine.Existing!.Member) != true
                ) is
                { Key: { } label } lack
            )
                yield return $"machine \"{name}\" is on hypervisor \"{host}\", which has no label {label}: {lack.Value}; {anew} where that is";
            if (
                machine.Spec.Apart is { } group
                && machines.FirstOrDefault(m => m != machine && m.Spec.Apart == group && m.Hypervisor == host) is { } other
                && Farm.Hypervisors.Length > 1
            )
                yield return $"machines \"{name}\" and \"{other.Spec.Name}\" are declared apart: {group}, but both are on hypervisor \"{host}\"; {anew} elsewhere, where there is room";
            if (machine.Existing!.Record!.Keys is { } before && before != keys)
                yield return $"ssh_keys changed since machine \"{name}\" was made, and it still lets the old ones in; {anew}";
            if (!input.Images.ContainsKey(machine.Spec.Image))
                yield return $"image {machine.Spec.Image.Name} of machine \"{name}\" is not here, so Croft cannot tell whether the machine is based on it; croft image pull {machine.Spec.Image.Name}, then croft plan";
        }
    }
}
