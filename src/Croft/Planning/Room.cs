using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Memory (bytes) and virtual processors, there or left; <see cref="long.MaxValue"/> is without bound.</summary>
public readonly record struct Room(long Memory, long Vcpus)
{
    internal static readonly Room Unbounded = new(long.MaxValue, long.MaxValue);

    /// <summary>
    /// What a hypervisor has for machines: the host times its over-commit. Processors are shared by time: without a factor nobody counts
    /// the host's.
    /// </summary>
    internal static Room HostOf(HypervisorSpec spec, HypervisorState state) =>
        new(
            state.Memory > 0 ? (long)(state.Memory * (spec.Overcommit.Memory ?? 1)) : long.MaxValue,
            spec.Overcommit.Vcpus is { } factor && state.Vcpus > 0 ? (long)(state.Vcpus * factor) : long.MaxValue
        );

    /// <summary>The most that Croft's machines may have of a hypervisor.</summary>
    internal static Room TotalOf(HypervisorSpec spec, HypervisorState state) => HostOf(spec, state).Least(LimitOf(spec));

    /// <summary>What is left for Croft beside these machines. The host is for everybody's, the limits are for Croft's.</summary>
    public static Room LeftOf(HypervisorSpec spec, HypervisorState state, IEnumerable<MachineState> machines)
    {
        var (host, limit) = (HostOf(spec, state), LimitOf(spec));
        foreach (var machine in machines.Where(Counts))
        {
            host = host.Without(Of(machine));
            if (machine.Record is not null)
                limit = limit.Without(Of(machine));
        }

        return host.Least(limit);
    }

    /// <summary>A machine has its room while it runs, and one of Croft's as soon as somebody is about to start it.</summary>
    public static bool Counts(MachineState machine) => machine.IsOn || (machine.Record?.Claim is not null && !machine.HasLapsed);

    internal static Room Of(MachineState machine) => new(machine.Memory, machine.Vcpus);

    internal static Room Of(MachineSpec machine) => new(machine.Memory, machine.Vcpus);

    internal bool Holds(Room other) => other.Memory <= Memory && other.Vcpus <= Vcpus;

    /// <summary>What is missing for another, for people; null when it fits.</summary>
    internal string? Lack(Room other, Room total) =>
        other.Memory > Memory ? $"{Size(Memory)} of memory free, {Size(other.Memory)} needed"
        : other.Vcpus > Vcpus ? $"{Math.Max(0, Vcpus)} of {total.Vcpus} vcpus free, {other.Vcpus} needed"
        : null;

    static Room LimitOf(HypervisorSpec spec) => new(spec.Limits.Memory ?? long.MaxValue, spec.Limits.Vcpus ?? long.MaxValue);

    Room Least(Room other) => new(Math.Min(Memory, other.Memory), Math.Min(Vcpus, other.Vcpus));

    /// <summary>Less what a machine takes; what has no bound stays so.</summary>
    internal Room Without(Room taken) =>
        new(Memory == long.MaxValue ? long.MaxValue : Memory - taken.Memory, Vcpus == long.MaxValue ? long.MaxValue : Vcpus - taken.Vcpus);

    /// <summary>With what a machine gives back.</summary>
    internal Room With(Room back) =>
        new(Memory == long.MaxValue ? long.MaxValue : Memory + back.Memory, Vcpus == long.MaxValue ? long.MaxValue : Vcpus + back.Vcpus);

    /// <summary>For people.</summary>
    public override string ToString() =>
        $"{(Memory == long.MaxValue ? "any memory" : Size(Memory))}, {(Vcpus == long.MaxValue ? "any" : Math.Max(0, Vcpus))} vcpus";

    /// <summary>Bytes, for people; what is less than nothing is nothing.</summary>
    public static string Size(long bytes) =>
        bytes < 0 ? "0 MiB"
        : bytes >= 1L << 30 ? $"{bytes / (double)(1L << 30):0.#} GiB"
        : $"{bytes >> 20} MiB";
}
