using System.Collections.Immutable;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>The files fetched from a guest. A guest may be hostile: links are not followed, pipes and devices not opened.</summary>
static class Artifacts
{
    static readonly EnumerationOptions WithoutLinks = new()
    {
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
        MaxRecursionDepth = 32,
        RecurseSubdirectories = true,
    };

    /// <summary>Their full paths, in order, up to a limit; and how many there are.</summary>
    internal static (ImmutableArray<string> Paths, int Count) Of(RunFolder run, string machine, string pattern, int limit)
    {
        var folder = new DirectoryInfo(run.ArtifactsPath(machine));
        if (!folder.Exists || folder.LinkTarget is not null)
            return ([], 0);
        var all = folder.EnumerateFiles(pattern, WithoutLinks).Select(file => file.FullName).Order(StringComparer.Ordinal).ToList();
        return ([.. all.Take(limit)], all.Count);
    }
}
