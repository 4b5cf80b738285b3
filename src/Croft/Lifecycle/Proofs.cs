using System.Collections.Immutable;
using System.Globalization;
using Croft.Engines;

namespace Croft.Lifecycle;

/// <summary>What was proved of hypervisors' acceleration, remembered for each host, version and architecture. A farm with no kernel of its own cannot prove anything and believes what was not disproved.</summary>
/// <param name="provable">Architectures for which the farm has a kernel.</param>
sealed class Proofs(string folder, ImmutableHashSet<string> provable)
{
    /// <summary>The virtualization type whose offer needs proof.</summary>
    public const string Accelerated = "kvm";

    /// <summary>The architectures for which a proof is still to be made.</summary>
    public IEnumerable<string> Missing(HypervisorState hypervisor) => hypervisor.Id.Length == 0 ? [] : provable.Where(arch => Offers(hypervisor, arch) && !File.Exists(FileOf(hypervisor, arch)));

    /// <summary>Remembers a proof; null is a failed one.</summary>
    public void Keep(HypervisorState hypervisor, string arch, TimeSpan? took)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(FileOf(hypervisor, arch), took?.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture) ?? "");
    }

    /// <summary>The hypervisor without offers that are disproved or still to be proved.</summary>
    public HypervisorState Apply(HypervisorState hypervisor) => hypervisor with
    {
        VirtTypes = hypervisor.VirtTypes.ToImmutableSortedDictionary(
            v => v.Key,
            v => hypervisor.Id.Length > 0 && Offers(hypervisor, v.Key) && !Works(hypervisor, v.Key) ? v.Value.Remove(Accelerated) : v.Value,
            StringComparer.Ordinal),
    };

    bool Works(HypervisorState hypervisor, string arch) => new FileInfo(FileOf(hypervisor, arch)) is { Exists: true } known ? known.Length > 0 : !provable.Contains(arch);

    static bool Offers(HypervisorState hypervisor, string arch) => hypervisor.VirtTypes.TryGetValue(arch, out var types) && types.Contains(Accelerated);

    string FileOf(HypervisorState hypervisor, string arch) =>
        Path.Combine(folder, Planning.Identity.Digest([hypervisor.Id, hypervisor.Version, arch])[..16]);
}
