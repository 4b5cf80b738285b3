using System.Text.Json;

namespace Croft.Cli;

/// <summary>An object of one name and lists, whose items are written one by one: a plan may have a hundred thousand machines.</summary>
sealed record PrintedLists(string Key, string? Name, params IReadOnlyList<(string Key, IEnumerable<Action<Utf8JsonWriter>> Items)> Lists);
