using System.Collections.Immutable;

namespace Croft.Farms.Reading;

sealed class YamlList(Location at, ImmutableArray<YamlNode> items, long weight, int height) : YamlNode(at, weight, height)
{
    public ImmutableArray<YamlNode> Items { get; } = items;

    public override string Kind => "a list";
}
