namespace Croft.Farms.Reading;

/// <summary>One machine that the farm file declares, its definition not yet merged.</summary>
/// <param name="Entry">The list's entry; null for a permutation.</param>
/// <param name="Index">Which of the entry's <c>count</c> it is, from 0.</param>
/// <param name="Node">Where it is declared.</param>
readonly record struct DeclaredMachine(string Name, string Platform, string Target, MapReading? Entry, int Index, YamlNode Node);
