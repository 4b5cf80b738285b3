using System.Text.Json.Nodes;

namespace Croft.Cli;

/// <summary>An object of one name and lists, which are made while they are written: a plan may have a hundred thousand machines.</summary>
sealed record PrintedLists(string Key, string? Name, params IReadOnlyList<(string Key, IEnumerable<JsonNode> Items)> Lists);
