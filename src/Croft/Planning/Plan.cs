using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Which machine goes where and what would change: a value, made without touching anything. Executing does exactly this.</summary>
/// <param name="Machines">In declared order.</param>
/// <param name="Undeclared">Machines of the farm that exist but are in its file no more.</param>
/// <param name="Problems">Why it cannot be executed; empty when it can.</param>
public sealed record Plan(
    Farm Farm,
    ImmutableArray<PlannedNetwork> Networks,
    ImmutableArray<PlannedMachine> Machines,
    ImmutableArray<string> Undeclared,
    ImmutableArray<Problem> Problems
)
{
    /// <summary>How the machine that was asked about was placed.</summary>
    public Decision? Decision { get; init; }

    /// <summary>Networks that are not the farm's and are made of a file of the project, since they are missing or off.</summary>
    public ImmutableArray<DefinedNetwork> Defined { get; init; } = [];

    /// <summary>Machines that exist more than once, where they do not count.</summary>
    public ImmutableArray<SuperfluousMachine> Superfluous { get; init; } = [];

    /// <summary>Faults of the hosts that cost every start seconds, each with its cure.</summary>
    public ImmutableArray<Problem> HostFaults { get; init; } = [];

    /// <summary>What it was made of; null where nobody was asked.</summary>
    public Observation? Seen { get; init; }

    /// <summary>Of the content of the phases that it was made of.</summary>
    public string? Phases { get; init; }

    /// <summary>Refuses what a later plan of the same execution says otherwise, where the user was promised this one.</summary>
    public Action<Plan>? Promised { get; init; }

    /// <summary>What the user may not expect, though nothing is wrong with it.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>The farm's machines that take no part.</summary>
    public ImmutableArray<PlannedMachine> Others { get; init; } = [];

    /// <summary>
    /// The same plan for some of its machines, and for those that these are inside of and that do not run as declared; networks stay whole.
    /// </summary>
    public Plan Of(IEnumerable<string> machines)
    {
        var wanted = machines.ToHashSet(StringComparer.Ordinal);
        var hosts = Farm.InnerHypervisors.OrderByDescending(h => h.Depth).ToList();
        foreach (
            var host in hosts.Where(h =>
                Machines.Any(m => m.Hypervisor == h.Name && wanted.Contains(m.Spec.Name))
                && Machines.Any(m => m.Spec.Name == h.Machine && m.Action != MachineAction.None)
            )
        )
            wanted.Add(host.Machine!);
        var parts = Machines.ToLookup(m => wanted.Contains(m.Spec.Name));
        return this with { Machines = [.. parts[true]], Others = [.. Others, .. parts[false]] };
    }

    /// <summary>The same plan for the machines that take part in a project which the command is about.</summary>
    /// <param name="named">Machines that the user asked for by name.</param>
    /// <exception cref="CroftException">One of these does not.</exception>
    public Plan TakingPart(IReadOnlyCollection<string> named)
    {
        var away = Machines.Where(m => !Farm.IsChosen(m.Spec)).Select(m => m.Spec.Name).ToHashSet(StringComparer.Ordinal);
        if (away.Count == 0)
            return this;
        if (named.FirstOrDefault(away.Contains) is { } asked)
            throw CroftException.Usage(
                $"machine \"{asked}\" takes part in no project{(Farm.Chosen.IsEmpty ? "" : " of these: " + string.Join(", ", Farm.Chosen))}",
                "projects: on it, its platform or its target names those that it takes part in"
            );
        return Of(Machines.Select(m => m.Spec.Name).Where(name => !away.Contains(name)));
    }

    /// <summary>The plan with what a later one says of some machines and their hypervisor.</summary>
    internal Plan With(IReadOnlyCollection<PlannedMachine> machines, string hypervisor, Plan later)
    {
        var again = machines.ToDictionary(m => m.Spec.Name, StringComparer.Ordinal);
        return this with
        {
            Machines = [.. Machines.Select(m => again.GetValueOrDefault(m.Spec.Name, m))],
            Networks =
            [
                .. Networks.Where(n => n.Hypervisor != hypervisor),
                .. later.Networks.Where(n =>
                    n.Hypervisor == hypervisor || Networks.All(k => (k.Hypervisor, k.Definition.Name) != (n.Hypervisor, n.Definition.Name))
                ),
            ],
        };
    }

    /// <summary>The same plan for those machines only that have to be started: nothing is changed but power.</summary>
    public Plan Startable() =>
        this with
        {
            Machines =
            [
                .. Machines.Select(m =>
                    m.Action is MachineAction.Restart or MachineAction.Recreate
                        ? m with
                        {
                            Action = m.Existing!.Power == PowerState.Running ? MachineAction.None : MachineAction.Start,
                        }
                        : m
                ),
            ],
        };

    /// <summary>Refuses to be executed while there are problems.</summary>
    /// <exception cref="PlanException">There are.</exception>
    public void ThrowIfProblems()
    {
        if (!Problems.IsEmpty)
            throw new PlanException(Problems);
    }
}

/// <summary>A network of others' that is made of a file of the project where it is missing, started, and left alone from then on.</summary>
/// <param name="Name">libvirt's.</param>
public sealed record DefinedNetwork(string Hypervisor, string Name, OwnFile Definition)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"network {Name} on {Hypervisor} is missing or off; croft up makes it of {Definition.File}";
}

/// <summary>A machine that was made again elsewhere while its hypervisor was out of reach.</summary>
/// <param name="Hypervisor">Where it is superfluous.</param>
/// <param name="Newer">Where the machine is that counts.</param>
public sealed record SuperfluousMachine(string Name, string Hypervisor, string Newer)
{
    /// <summary>For people.</summary>
    public override string ToString() =>
        $"machine \"{Name}\" is on hypervisor \"{Newer}\", and an older one of that name on \"{Hypervisor}\": croft gc removes the older one";
}

/// <summary>What <c>up</c> would do to a machine.</summary>
public enum MachineAction
{
    /// <summary>It runs as declared.</summary>
    None,

    /// <summary>It does not exist.</summary>
    Create,

    /// <summary>It is off, or paused.</summary>
    Start,

    /// <summary>Its hardware is declared otherwise: a new definition and a restart.</summary>
    Restart,

    /// <summary>Its disks are declared otherwise: only a new machine can be that. Needs <c>--recreate</c>.</summary>
    Recreate,
}

/// <summary>A machine with everything decided: where, with what identity, and why.</summary>
public sealed record PlannedMachine
{
    /// <summary>As declared.</summary>
    public required MachineSpec Spec { get; init; }

    /// <summary>Its farm, which may be another one.</summary>
    public required string Farm { get; init; }

    /// <summary>Null when it could not be placed; the plan's problems say why.</summary>
    public string? Hypervisor { get; init; }

    /// <summary>Null when it could not be placed.</summary>
    public string? VirtType { get; init; }

    /// <summary>With addresses, in the order of the farm file.</summary>
    public required ImmutableArray<Nic> Nics { get; init; }

    /// <summary>The id of the image it is based on; null while that is not here.</summary>
    public string? Image { get; init; }

    /// <summary>What is there now.</summary>
    public MachineState? Existing { get; init; }

    /// <summary>What <c>up</c> does with it.</summary>
    public required MachineAction Action { get; init; }

    /// <summary>Why it goes there, and why <c>up</c> does that.</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// The keys of its layers and whether they are there, in order: clean, dependencies, init. Of its first project.
    /// </summary>
    public required ImmutableArray<PlannedLayer> Layers { get; init; }

    /// <summary>Whether its hypervisor is to start it with its host; null leaves that as it is there.</summary>
    public bool? Autostart => Told(Spec, Existing?.Record);

    /// <summary>What its hypervisor is to be told of that: what it was told once does not outlive its key.</summary>
    internal static bool? Told(MachineSpec spec, MachineRecord? record) => spec.Autostart ?? (record?.Autostart is null ? null : false);

    /// <summary>Whether a disk that it has becomes larger.</summary>
    internal bool Grows => Existing?.Record is { } record && record.Disks.Any(disk => disk.GrownTo(Spec) != disk);

    // The next three are worked out when somebody asks: most of a large plan's machines are only looked at.

    /// <summary>Stable for a farm's machine.</summary>
    public Guid Uuid => new MachineId(Farm, Spec.Name).Uuid;

    /// <summary>Digest of what a restart can change.</summary>
    public string HardwareDigest => Identity.HardwareDigest(Spec, VirtType ?? "", Nics);

    /// <summary>Digest of what only a new machine can change.</summary>
    public string DiskDigest => Identity.DiskDigest(Spec, Image);

    /// <summary>How much slower than hardware it runs there; 1 where hardware runs it.</summary>
    public double Slowness { get; init; } = 1;

    /// <summary>Its layers in the further projects that it takes part in.</summary>
    public ImmutableArray<ImmutableArray<PlannedLayer>> Further { get; init; } = [];

    /// <summary>The machine as each of its projects has it, in the order of the farm file.</summary>
    public IEnumerable<PlannedMachine> EachProject() =>
        Spec.EachProject()
            .Zip(Further.Prepend(Layers).Concat(Enumerable.Repeat(ImmutableArray<PlannedLayer>.Empty, Spec.Parts.Length)))
            .Select(p => this with { Spec = p.First, Layers = p.Second, Further = [] });

    /// <summary>As one of its projects has it.</summary>
    internal PlannedMachine In(string project) => EachProject().First(m => m.Spec.Parts[0].Project == project);

    /// <summary>
    /// Whether nothing of the user's is missed when a run makes it anew elsewhere: there is none yet, or only what the next run would
    /// revert.
    /// </summary>
    public bool IsReplaceable { get; init; }
}

/// <summary>A layer that a run would use or make.</summary>
/// <param name="Name"><c>clean</c>, <c>dependencies</c> or <c>init</c>.</param>
/// <param name="Key">SHA-256 of everything that goes into it, lower case hex; null while the image is not built, so that nothing can be
/// known.</param>
/// <param name="Present">The state that is it; null when it must be made.</param>
public sealed record PlannedLayer(string Name, string? Key, StateId? Present);
