using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>One key of a map: its name, its shape, what it does, what it is when left out.</summary>
abstract class Field(string name, Shape shape, string doc)
{
    public string Name { get; } = name;

    public Shape Shape { get; } = shape;

    /// <summary>A sentence for editors and for the key reference.</summary>
    public string Doc { get; } = doc;

    /// <summary>What the key reference says is taken when the key is left out.</summary>
    public string? DefaultText { get; init; }

    public bool Required { get; init; }

    /// <summary>Known, so that it can be answered in its own way, but not offered.</summary>
    public bool Hidden { get; init; }

    /// <summary>The value; null when it is not of the field's shape, which is then reported.</summary>
    public abstract object? Read(YamlNode node, ProblemList problems);

    /// <summary>One value from an earlier and a later layer.</summary>
    public abstract object Merge(object lower, object upper);

    public JsonObject Schema()
    {
        var schema = Shape.Schema();
        schema.Insert(0, "description", DefaultText is null ? Doc : $"{Doc} Default: {DefaultText}.");
        return schema;
    }
}

/// <summary>A key whose values are <typeparamref name="T"/>.</summary>
sealed class Field<T>(string name, Shape<T> shape, string doc) : Field(name, shape, doc)
    where T : notnull
{
    /// <summary>Earlier and later layer to one value; by default the later.</summary>
    public Func<T, T, T> Merging { get; init; } = (_, upper) => upper;

    public override object? Read(YamlNode node, ProblemList problems) => shape.TryRead(node, problems, out var value) ? value : null;

    public override object Merge(object lower, object upper) => Merging((T)lower, (T)upper);
}
