namespace Croft.Farms.Reading;

/// <summary>
/// A piece of a YAML text with its place. Anchored nodes are shared, not copied, so a document is a graph without cycles.
/// </summary>
/// <param name="at">Where it begins.</param>
/// <param name="weight">How much it holds when every alias below it is written out.</param>
/// <param name="height">Levels of nesting below it, itself included.</param>
abstract class YamlNode(Location at, long weight, int height)
{
    public Location At { get; } = at;

    public long Weight { get; } = weight;

    public int Height { get; } = height;

    /// <summary>What it is, for people.</summary>
    public abstract string Kind { get; }
}
