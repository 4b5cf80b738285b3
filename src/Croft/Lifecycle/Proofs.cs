using System.Collections.Immutable;
using System.Globalization;
using Croft.Engines;

namespace Croft.Lifecycle;

/// <summary>
/// What booted kernels proved of hypervisors, remembered for each host, version, architecture and virtualization type: whether acceleration
/// works, and how slow
/// emulation is. That something failed is believed for a day, since people mend hosts. A farm with no kernel of its own cannot prove
/// anything and believes what was not disproved.
/// </summary>
/// <param name="provable">Architectures for which the farm has a kernel.</param>
sealed class Proofs(string folder, TimeProvider clock, ImmutableHashSet<string> provable)
{
    /// <summary>The virtualization type whose offer needs proof.</summary>
    public const string Accelerated = "kvm";

    /// <summary>The virtualization type whose speed is measured; that it works is believed.</summary>
    public const string Emulated = "qemu";

    /// <summary>What is written of a proof that failed. Of an empty file nobody knows what was to be written.</summary>
    const string Failed = "failed";

    static readonly TimeSpan Believed = TimeSpan.FromDays(1);

    /// <summary>Seconds that Debian's kernel takes to its panic where hardware runs it.</summary>
    const double HardwareBoot = 0.4;

    /// <summary>The host may have been busy when it was measured, and time-outs must still end.</summary>
    const double LeastSlowness = 3;
    const double MostSlowness = 10;

    /// <summary>The architectures for which the proof of a type is still to be made.</summary>
    public IEnumerable<string> Missing(HypervisorState hypervisor, string type) =>
        hypervisor.Id.Length == 0 ? [] : provable.Where(arch => Offers(hypervisor, arch, type) && Read(hypervisor, arch, type) is null);

    /// <summary>Remembers a proof; null is a failed one.</summary>
    public void Keep(HypervisorState hypervisor, string arch, string type, TimeSpan? took)
    {
        Directory.CreateDirectory(folder);
        var file = FileOf(hypervisor, arch, type);
        var next = $"{file}.{Environment.ProcessId}"; // others read it; and a disk that is full leaves no half of it
        File.WriteAllText(next, took?.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture) ?? Failed);
        File.Move(next, file, overwrite: true);
    }

    /// <summary>The hypervisor without offers that are disproved or still to be proved, and with what is known of its emulation.</summary>
    public HypervisorState Apply(HypervisorState hypervisor) =>
        hypervisor.Id.Length == 0
            ? hypervisor
            : hypervisor with
            {
                VirtTypes = hypervisor.VirtTypes.ToImmutableSortedDictionary(
                    v => v.Key,
                    v => Offers(hypervisor, v.Key, Accelerated) && !Works(hypervisor, v.Key) ? v.Value.Remove(Accelerated) : v.Value,
                    StringComparer.Ordinal
                ),
                Slowness = hypervisor
                    .VirtTypes.Keys.Select(arch => (Arch: arch, Took: Read(hypervisor, arch, Emulated)))
                    .Where(m => m.Took > 0)
                    .ToImmutableSortedDictionary(
                        m => m.Arch,
                        m => Math.Clamp(m.Took!.Value / HardwareBoot, LeastSlowness, MostSlowness),
                        StringComparer.Ordinal
                    ),
            };

    bool Works(HypervisorState hypervisor, string arch) =>
        Read(hypervisor, arch, Accelerated) is { } took ? took > 0 : !provable.Contains(arch);

    /// <summary>Seconds, 0 for a failed proof, null for none.</summary>
    double? Read(HypervisorState hypervisor, string arch, string type)
    {
        var file = FileOf(hypervisor, arch, type);
        if (!File.Exists(file))
            return null;
        var text = File.ReadAllText(file);
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var took))
            return took;
        return text == Failed && clock.GetUtcNow() - File.GetLastWriteTimeUtc(file) < Believed ? 0 : null;
    }

    static bool Offers(HypervisorState hypervisor, string arch, string type) =>
        hypervisor.VirtTypes.TryGetValue(arch, out var types) && types.Contains(type);

    string FileOf(HypervisorState hypervisor, string arch, string type) =>
        Path.Combine(folder, Planning.Identity.Digest([hypervisor.Id, hypervisor.Version, arch, type])[..16]);
}
