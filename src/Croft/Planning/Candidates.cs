using System.Collections.Immutable;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>
/// The hypervisors that machines of one kind are offered to, in declared order. A tree over them, each node with bounds of what is below
/// it, finds
/// the next one with room, or the best, without looking at all of them: a farm may have a thousand.
/// </summary>
sealed class Candidates
{
    /// <summary>More than any share: with <c>pack</c>, a host in use comes before an empty one.</summary>
    const double UsedFirst = 1e6;

    /// <summary>Hosts that differ less are equal, and declared order decides.</summary>
    const int Digits = 9;

    readonly string arch;
    readonly int sign;
    readonly int leaves = 1;
    readonly Bounds[] tree;
    readonly Dictionary<string, int> joined = new(StringComparer.Ordinal);

    public Candidates(ImmutableArray<Host> hosts, string arch, string virtType, DispatchPolicy policy)
    {
        Hosts = hosts;
        VirtType = virtType;
        this.arch = arch;
        sign = policy == DispatchPolicy.Pack ? -1 : 1;
        while (leaves < hosts.Length)
            leaves *= 2;
        tree = new Bounds[leaves * 2];
        Array.Fill(tree, Bounds.None);
        foreach (var (seat, host) in hosts.Index())
        {
            tree[leaves + seat] = Of(host);
            host.Sit(this, seat);
        }

        for (var node = leaves - 1; node > 0; node--)
            tree[node] = Bounds.Over(tree[2 * node], tree[2 * node + 1]);
    }

    public ImmutableArray<Host> Hosts { get; }

    public string VirtType { get; }

    /// <summary>A host has its first machine of a group.</summary>
    public void Joined(string group) => joined[group] = joined.GetValueOrDefault(group) + 1;

    /// <summary>A host has other room than before.</summary>
    public void Changed(int seat)
    {
        var node = leaves + seat;
        tree[node] = Of(Hosts[seat]);
        while ((node /= 2) > 0)
            tree[node] = Bounds.Over(tree[2 * node], tree[2 * node + 1]);
    }

    /// <summary>Seat of the next host with room, from one on and around; -1 when there is none.</summary>
    /// <param name="turn">Where the search begins.</param>
    public int Next(MachineSpec machine, int turn)
    {
        var from = turn % Hosts.Length;
        return TwoWays(machine, apart =>
            First(1, 0, leaves, from, machine, apart) is var seat and >= 0 ? seat : First(1, 0, leaves, 0, machine, apart)
        );
    }

    /// <summary>Seat of the host with the best score that has room; -1 when there is none.</summary>
    public int Best(MachineSpec machine) => TwoWays(machine, apart =>
        {
            var best = (Seat: -1, Score: double.NegativeInfinity);
            Best(1, 0, leaves, machine, apart, ref best);
            return best.Seat;
        });

    /// <summary>
    /// How good a host is for a machine: the smaller one of the shares of memory and processors that stay free; with <c>pack</c> its
    /// opposite.
    /// </summary>
    public double Score(int seat, MachineSpec machine) => Score(tree[leaves + seat], machine);

    /// <summary>Those that have a machine of the same group are asked last.</summary>
    int TwoWays(MachineSpec machine, Func<string?, int> find) =>
        machine.Apart is { } group && joined.GetValueOrDefault(group) < Hosts.Length && find(group) is var seat and >= 0
            ? seat
            : find(null);

    int First(int node, int low, int count, int from, MachineSpec machine, string? apart)
    {
        if (low + count <= from || !tree[node].Room.Holds(Room.Of(machine)))
            return -1;
        if (count == 1)
            return apart is null || !Hosts[low].Has(apart) ? low : -1;
        var half = count / 2;
        return First(2 * node, low, half, from, machine, apart) is var seat and >= 0
            ? seat
            : First(2 * node + 1, low + half, half, from, machine, apart);
    }

    /// <summary>Of equals, the one that is declared first.</summary>
    void Best(int node, int low, int count, MachineSpec machine, string? apart, ref (int Seat, double Score) best)
    {
        if (
            !tree[node].Room.Holds(Room.Of(machine))
            || Score(tree[node], machine) is var score && (score < best.Score || (score == best.Score && low > best.Seat))
        )
            return;
        if (count == 1)
        {
            if (apart is null || !Hosts[low].Has(apart))
                best = (low, score);
            return;
        }

        var half = count / 2;
        var rightFirst = Score(tree[2 * node + 1], machine) > Score(tree[2 * node], machine);
        if (!rightFirst)
            Best(2 * node, low, half, machine, apart, ref best);
        Best(2 * node + 1, low + half, half, machine, apart, ref best);
        if (rightFirst)
            Best(2 * node, low, half, machine, apart, ref best);
    }

    /// <summary>Of a leaf the score, of a node no less than the scores below it.</summary>
    double Score(in Bounds bounds, MachineSpec machine)
    {
        var memory = bounds.Memory - machine.Memory * bounds.PerByte;
        var processors = bounds.Processors - machine.Vcpus * bounds.PerVcpu;
        return Math.Round(sign > 0 ? Math.Min(memory, processors) : Math.Max(memory, processors), Digits);
    }

    Bounds Of(Host host)
    {
        var (memory, processors) = host.Free;
        var first = sign < 0 && host.InUse ? UsedFirst : 0;
        return new(
            host.Left,
            sign * memory + first,
            sign * processors + first,
            host.Total.Memory == long.MaxValue ? 0 : sign / (double)host.Total.Memory,
            host.Processors == 0 ? 0 : sign * host.State.SlownessOf(arch, VirtType) / host.Processors
        );
    }

    /// <summary>Of all hosts below: the most room, the best shares, the least that a machine costs of them.</summary>
    readonly record struct Bounds(Room Room, double Memory, double Processors, double PerByte, double PerVcpu)
    {
        public static readonly Bounds None = new(
            new(long.MinValue, long.MinValue),
            double.NegativeInfinity,
            double.NegativeInfinity,
            double.PositiveInfinity,
            double.PositiveInfinity
        );

        public static Bounds Over(in Bounds a, in Bounds b) =>
            new(
                new(Math.Max(a.Room.Memory, b.Room.Memory), Math.Max(a.Room.Vcpus, b.Room.Vcpus)),
                Math.Max(a.Memory, b.Memory),
                Math.Max(a.Processors, b.Processors),
                Math.Min(a.PerByte, b.PerByte),
                Math.Min(a.PerVcpu, b.PerVcpu)
            );
    }
}
