using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>One key of a map.</summary>
readonly record struct YamlEntry(string Key, Location KeyAt, YamlNode Value);

/// <summary>Keys in declared order, each once.</summary>
sealed class YamlMap(Location at, ImmutableArray<YamlEntry> entries, long weight, int height) : YamlNode(at, weight, height)
{
    public ImmutableArray<YamlEntry> Entries { get; } = entries;

    public override string Kind => "a map";

    /// <summary>Lays this map over another: maps merge, everything else replaces; every value keeps its own place.</summary>
    public YamlMap Over(YamlMap lower)
    {
        var merged = ImmutableArray.CreateBuilder<YamlEntry>(lower.Entries.Length + Entries.Length);
        merged.AddRange(lower.Entries);
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        for (var i = 0; i < merged.Count; i++)
            places[merged[i].Key] = i;

        foreach (var entry in Entries)
        {
            if (!places.TryGetValue(entry.Key, out var place))
                merged.Add(entry);
            else if (entry.Value is YamlMap upperMap && merged[place].Value is YamlMap lowerMap)
                merged[place] = entry with { Value = upperMap.Over(lowerMap) };
            else
                merged[place] = entry;
        }

        return new YamlMap(At, merged.DrainToImmutable(), lower.Weight + Weight, Math.Max(lower.Height, Height));
    }
}
