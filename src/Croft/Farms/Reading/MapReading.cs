using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>A key that was written, its node, and what it means.</summary>
readonly record struct FieldValue(Field Field, YamlNode Node, object Value);

/// <summary>The keys of one map, or of several layers laid over each other. Every value keeps the place where it was written.</summary>
sealed class MapReading(YamlNode node, ImmutableArray<FieldValue> values)
{
    public YamlNode Node { get; } = node;

    public bool IsEmpty => values.IsEmpty;

    public ImmutableArray<FieldValue> Values => values;

    public bool Has(Field field) => IndexOf(field) >= 0;

    /// <summary>The node of a key that was written; else the map's.</summary>
    public YamlNode NodeOf(Field field) => IndexOf(field) is >= 0 and var i ? values[i].Node : Node;

    public T? Get<T>(Field<T> field)
        where T : class => IndexOf(field) is >= 0 and var i ? (T)values[i].Value : null;

    public T? Maybe<T>(Field<T> field)
        where T : struct => IndexOf(field) is >= 0 and var i ? (T)values[i].Value : null;

    /// <summary>The items of a list, or of a map of names; empty when it was not written.</summary>
    public ImmutableArray<T> Items<T>(Field<ImmutableArray<T>> field) =>
        IndexOf(field) is >= 0 and var i ? (ImmutableArray<T>)values[i].Value : [];

    /// <summary>Lays this map over another: a key of both is merged as its field says.</summary>
    public MapReading Over(MapReading lower)
    {
        var merged = ImmutableArray.CreateBuilder<FieldValue>(values.Length + lower.Values.Length);
        merged.AddRange(lower.Values);
        foreach (var value in values)
        {
            if (lower.IndexOf(value.Field) is >= 0 and var i)
                merged[i] = value with { Value = value.Field.Merge(lower.Values[i].Value, value.Value) };
            else
                merged.Add(value);
        }

        return new MapReading(Node, merged.DrainToImmutable());
    }

    int IndexOf(Field field)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (ReferenceEquals(values[i].Field, field))
                return i;
        }

        return -1;
    }
}
