using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>
/// Collects the keys of one map: a key twice is a problem, <c>&lt;&lt;</c> adds the keys of other maps that this one does not have itself.
/// </summary>
sealed class YamlMapBuilder(Location at)
{
    readonly ImmutableArray<YamlEntry>.Builder entries = ImmutableArray.CreateBuilder<YamlEntry>();
    readonly List<YamlEntry> merges = [];
    Dictionary<string, int>? places;
    long weight = 1;
    int height = 1;

    public List<(YamlEntry Entry, string Message)> Problems { get; } = [];

    public void Add(YamlScalar key, YamlNode value)
    {
        weight += value.Weight + (key.Text.Length / 16);
        height = Math.Max(height, value.Height + 1);
        YamlEntry entry = new(key.Text, key.At, value);
        if (key is { Text: "<<", Quoted: false })
            merges.Add(entry);
        else if (Find(key.Text) is { } first)
            Problems.Add((entry, $"the key stands here already, at line {first.KeyAt.Line}"));
        else
            Append(entry);
    }

    public YamlMap Build()
    {
        foreach (var merge in merges)
        {
            foreach (var other in merge.Value is YamlList list ? list.Items : [merge.Value])
            {
                if (other is not YamlMap map)
                {
                    Problems.Add((merge, $"\"<<\" takes a map or a list of maps, not {other.Kind}"));
                    continue;
                }

                foreach (var entry in map.Entries)
                {
                    if (Find(entry.Key) is null)
                        Append(entry);
                }
            }
        }

        return new YamlMap(at, entries.DrainToImmutable(), weight, height);
    }

    void Append(YamlEntry entry)
    {
        places?.Add(entry.Key, entries.Count);
        entries.Add(entry);
    }

    // Most maps have a handful of keys; an index is worth it only for long ones.
    YamlEntry? Find(string key)
    {
        if (places is null && entries.Count > 16)
        {
            places = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < entries.Count; i++)
                places.Add(entries[i].Key, i);
        }

        if (places is not null)
            return places.TryGetValue(key, out var place) ? entries[place] : null;

        foreach (var entry in entries)
        {
            if (entry.Key == key)
                return entry;
        }

        return null;
    }
}
