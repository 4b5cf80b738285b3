using Croft.Tests.Farms;

namespace Croft.Tests.Architecture;

public sealed class SourceFiles
{
    const int MostLines = 400;

    [Fact]
    public void AreSplitByTopicBeforeTheyAreLong() => Assert.Equal(
        [],
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .Select(file => (File: Path.GetRelativePath(Repository.Root, file), Lines: File.ReadLines(file).Count()))
            .Where(file => file.Lines > MostLines).Select(file => $"{file.File}: {file.Lines} lines"));
}
