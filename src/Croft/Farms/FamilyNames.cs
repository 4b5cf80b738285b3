using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>
/// Which image of which family a name means. A name is a family's, then a version and a variant, in any order; <c>-</c>, <c>_</c>, <c>:</c>
/// and
/// <c>/</c> are the same, and none is needed before a digit: <c>fedora_43</c>, <c>fedora-43</c>, <c>fedora43</c> and <c>f43</c> are one.
/// </summary>
static class FamilyNames
{
    /// <summary>The family, version and variant, empty where none is written; null when the name means none.</summary>
    public static (ImageFamily Family, string Version, string Variant)? Find(string name, IEnumerable<ImageFamily> families)
    {
        var plain = Plain(name);
        var starts =
            from family in families
            from known in family.Names.Append(family.Name)
            where
                plain.StartsWith(known, StringComparison.Ordinal)
                && (
                    plain.Length == known.Length
                    || plain[known.Length] == '_'
                    || char.IsAsciiDigit(plain[known.Length])
                    || family.Spellings.ContainsKey(plain[known.Length..])
                )
            orderby known.Length descending
            select (Family: family, End: plain[known.Length..]);
        foreach (var (family, end) in starts)
        {
            if (family.Read(end) is { } found)
                return (family, found.Version, found.Variant);
        }

        return null;
    }

    /// <summary>What a name may have meant that means nothing: a version without its family, or one that no version looks like.</summary>
    public static string? Hint(string name, IEnumerable<ImageFamily> families)
    {
        var plain = Plain(name);
        if (plain.Length == 0)
            return null;
        var known = families.Where(family => !family.IsStreams).ToList();
        string[] whole =
        [
            .. known
                .Where(family => char.IsAsciiLetter(plain[0]) && family.Read(plain) is { Version.Length: > 0 })
                .Select(family => Words.Quote($"{family.Name}_{plain}")),
        ];
        if (whole.Length > 0)
            return $"did you mean {Words.Or(whole)}?";
        return
            known.FirstOrDefault(family =>
                family
                    .Names.Append(family.Name)
                    .Any(start =>
                        plain.StartsWith(start, StringComparison.Ordinal)
                        && plain.Length > start.Length
                        && (plain[start.Length] == '_' || char.IsAsciiDigit(plain[start.Length]))
                    )
            )
                is { } meant
            ? $"{meant.Name} has no such version or variant: croft image list --remote {meant.Name} shows what there is"
            : null;
    }

    /// <summary>In lower case, every separator the same.</summary>
    public static string Plain(string name) => name.ToLowerInvariant().Replace('-', '_').Replace(':', '_').Replace('/', '_');
}
