using Croft.Testing;

namespace Croft.Tests.Simulated;

/// <summary>What must hold on every hypervisor at every moment of a simulation.</summary>
sealed class Invariants
{
    readonly List<string> broken = [];

    public Invariants(Simulation simulation) =>
        simulation.Changed = host =>
        {
            foreach (var fault in Of(host))
                broken.Add($"{simulation.Clock.Now}: {host.Name}: {fault}");
        };

    /// <summary>Fails when one of them did not hold.</summary>
    public void Check() => Assert.True(broken.Count == 0, string.Join("\n", broken.Take(10)));

    static IEnumerable<string> Of(SimulatedHost host)
    {
        var on = host.Machines.Values.Where(m => m.IsOn).ToList();
        if (on.Sum(m => m.Live!.Spec.Memory) > host.Memory)
            yield return "more memory is given away than there is";
        if (on.Sum(m => m.Live!.Spec.Vcpus) > host.Vcpus)
            yield return "more processors are given away than there are";
        foreach (var address in Twice(on.SelectMany(m => m.Live!.Record.Nics).Select(n => (n.Bridge, n.Address))))
            yield return $"two machines have {address}";
        foreach (var network in host.Networks.Values)
        {
            foreach (
                var address in Twice(network.Reservations.Select(r => r.Address))
                    .Select(a => a.ToString())
                    .Concat(Twice(network.Reservations.Select(r => r.Host)))
            )
                yield return $"{address} is promised twice in {network.Definition.Name}";
        }

        var written = on.SelectMany(m => m.Live!.Record.Disks.Select(d => (Machine: m.Name, d.Volume))).ToList();
        foreach (var (machine, volume) in written.Where(w => !w.Volume.StartsWith(w.Machine + ".", StringComparison.Ordinal)))
            yield return $"{machine} writes to {volume}";
        foreach (var volume in Twice(written.Select(w => w.Volume)))
            yield return $"two machines write to {volume}";
        var writing = written.Select(w => w.Volume).ToHashSet(StringComparer.Ordinal);
        foreach (var machine in host.Machines.Values)
        {
            foreach (var disk in (machine.Live ?? machine.Defined).Record.Disks)
            {
                if (!host.Volumes.TryGetValue(disk.Volume, out var file))
                    yield return $"{disk.Volume} of {machine.Name} is gone";
                while (file?.Backing is { } below)
                {
                    if (writing.Contains(below))
                        yield return $"{file.Name} stands on {below}, which a machine writes to";
                    if (!host.Volumes.TryGetValue(below, out file))
                        yield return $"{below}, on which {machine.Name} stands, is gone";
                }
            }
        }
    }

    static IEnumerable<T> Twice<T>(IEnumerable<T> all)
    {
        var seen = new HashSet<T>();
        return all.Where(item => !seen.Add(item)).ToList();
    }
}
