using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>
/// What a value may look like. One definition reads it, describes it to editors (JSON Schema) and to people (the key reference).
/// </summary>
abstract class Shape
{
    /// <summary>Its kind in a few words: <c>size, such as 2GiB</c>.</summary>
    public abstract string Type { get; }

    /// <summary>The maps with keys of their own inside it, each with what is appended to the key that holds it.</summary>
    public virtual IEnumerable<(string Suffix, MapShape Map)> Maps => [];

    public abstract JsonObject Schema();
}

/// <summary>A shape whose values are read as <typeparamref name="T"/>.</summary>
abstract class Shape<T> : Shape
    where T : notnull
{
    /// <summary>Reads the value; false when it is not of this shape, which is then reported.</summary>
    public abstract bool TryRead(YamlNode node, ProblemList problems, [NotNullWhen(true)] out T? value);
}
