using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>An operating system that Croft knows by itself.</summary>
/// <param name="Name">As written in farm files.</param>
/// <param name="Aliases">Short names for <c>croft spawn</c>.</param>
/// <param name="Description">What it is, for people.</param>
public sealed record CataloguePlatform(string Name, ImmutableArray<string> Aliases, string Description);
