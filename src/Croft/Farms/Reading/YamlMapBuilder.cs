using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>Collects the keys of one map: a key twice is a problem, <c>&lt;&lt;</c> adds the keys of other maps that this one does not have itself.</summary>
sealed class YamlMapBuilder(Location at)
{
    readonly ImmutableArray<YamlEntry>.Builder _entries = ImmutableArray.CreateBuilder<YamlEntry>();
    readonly List<YamlEntry> _merges = [];
    Dictionary<string, int>? _places;
    long _weight = 1;
    int _height = 1;

    public List<(YamlEntry Entry, string Message)> Problems { get; } = [];

    public void Add(YamlScalar key, YamlNode value)
    {
        _weight += value.Weight + (key.Text.Length / 16);
        _height = Math.Max(_height, value.Height + 1);
        YamlEntry entry = new(key.Text, key.At, value);
        if (key is { Text: "<<", Quoted: false })
        {
            _merges.Add(entry);
        }
        else if (Find(key.Text) is { } first)
        {
            Problems.Add((entry, $"the key stands here already, at line {first.KeyAt.Line}"));
        }
        else
        {
            Append(entry);
        }
    }

    public YamlMap Build()
    {
        foreach (var merge in _merges)
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
                    {
                        Append(entry);
                    }
                }
            }
        }

        return new YamlMap(at, _entries.DrainToImmutable(), _weight, _height);
    }

    void Append(YamlEntry entry)
    {
        _places?.Add(entry.Key, _entries.Count);
        _entries.Add(entry);
    }

    // Most maps have a handful of keys; an index is worth it only for long ones.
    YamlEntry? Find(string key)
    {
        if (_places is null && _entries.Count > 16)
        {
            _places = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < _entries.Count; i++)
            {
                _places.Add(_entries[i].Key, i);
            }
        }

        if (_places is not null)
        {
            return _places.TryGetValue(key, out var place) ? _entries[place] : null;
        }

        foreach (var entry in _entries)
        {
            if (entry.Key == key)
            {
                return entry;
            }
        }

        return null;
    }
}
