using System.IO.Enumeration;
using Croft.Engines;
using Croft.Planning;

namespace Croft.Lifecycle;

/// <summary>A machine that exists, and where.</summary>
public sealed record ExistingMachine(string Hypervisor, MachineState State)
{
    /// <summary>What Croft wrote into it.</summary>
    public MachineRecord Record => State.Record!;

    /// <summary>Whether a newer machine of its name is on another hypervisor; commands mean that one.</summary>
    public bool IsSuperfluous { get; init; }
}

/// <summary>
/// Which machines a command means: names, globs, <c>platform=…</c>, <c>target=…</c>, <c>hypervisor=…</c>; nothing means all.
/// </summary>
public static class Selection
{
    /// <summary>A plan with the machines that exist beside the declared ones: each is like a declared one of its kind.</summary>
    public static Plan WithForks(Plan plan, IEnumerable<ExistingMachine> machines) =>
        plan with
        {
            Others =
            [
                .. plan.Others,
                .. from machine in machines
                let record = machine.Record
                where !machine.IsSuperfluous && plan.Undeclared.Contains(record.Name)
                let networks = record.Nics.Select(n => n.Network).ToList()
                let like = plan
                    .Machines.Where(m => m.Spec.Platform == record.Platform && m.Spec.Target == record.Target)
                    .MaxBy(m => m.Nics.Select(n => n.Network).SequenceEqual(networks))
                where like is not null
                select like with
                {
                    Spec = like.Spec with { Name = record.Name },
                    Hypervisor = machine.Hypervisor,
                    Nics = record.Nics,
                    Existing = machine.State,
                },
            ],
        };

    /// <summary>Chooses among machines by what is known of them, in their order.</summary>
    /// <param name="describe">Name, platform, target and hypervisor of a machine.</param>
    /// <exception cref="CroftException">A part of the selection matches nothing.</exception>
    public static IReadOnlyList<T> Of<T>(
        IReadOnlyList<string> selection,
        IReadOnlyList<T> machines,
        Func<T, (string Name, string Platform, string Target, string? Hypervisor)> describe
    )
    {
        if (selection.Count == 0)
            return machines;
        var chosen = new HashSet<T>();
        foreach (var part in selection)
        {
            var matching = machines.Where(m => Matches(part, describe(m))).ToList();
            if (matching.Count == 0 && part.StartsWith('-'))
                throw CroftException.Usage($"there is no option \"{part}\"", "--help lists them; what follows -- is never an option");
            if (matching.Count == 0)
                throw CroftException.Usage(
                    $"no machine matches \"{part}\"",
                    machines.Count == 0
                        ? "the farm has no machines yet: croft up"
                        : "there are: " + string.Join(", ", machines.Take(12).Select(m => describe(m).Name))
                );
            chosen.UnionWith(matching);
        }

        return [.. machines.Where(chosen.Contains)];
    }

    static bool Matches(string part, (string Name, string Platform, string Target, string? Hypervisor) machine) =>
        part.Split('=', 2) switch
        {
            ["platform", var value] => Glob(value, machine.Platform),
            ["target", var value] => Glob(value, machine.Target),
            ["hypervisor", var value] => Glob(value, machine.Hypervisor ?? ""),
            _ => Glob(part, machine.Name),
        };

    static bool Glob(string pattern, string text) => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);
}
