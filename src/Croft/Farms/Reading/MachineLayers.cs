using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>
/// A machine's definition from its layers: the project's defaults &lt; target &lt; platform &lt; list entry. Each pair is merged once.
/// </summary>
sealed class MachineLayers(Definitions platforms, Definitions targets, MapReading? project)
{
    readonly Dictionary<(string Platform, string Target), MapReading> pairs = [];

    public MapReading Merge(DeclaredMachine machine)
    {
        if (!pairs.TryGetValue((machine.Platform, machine.Target), out var pair))
        {
            var platform = platforms.Find(machine.Platform, machine.Node)!;
            var target = targets.Find(machine.Target, machine.Node)!;
            pairs[(machine.Platform, machine.Target)] = pair = platform.Over(project is null ? target : target.Over(DefaultsOf(project)));
        }

        return machine.Entry is null ? pair : machine.Entry.Over(pair);
    }

    static MapReading DefaultsOf(MapReading project)
    {
        var values = ImmutableArray.CreateBuilder<FieldValue>();
        foreach (var value in project.Values)
        {
            if (value.Field == ProjectKeys.Wait)
                values.Add(value with { Field = MachineKeys.Wait });
            else if (value.Field == ProjectKeys.ConnectionTimeout)
                values.Add(value with { Field = MachineKeys.ConnectionTimeout });
            else if (ProjectKeys.Steps.Contains(value.Field))
                values.Add(value);
        }

        return new MapReading(project.Node, values.DrainToImmutable());
    }
}
