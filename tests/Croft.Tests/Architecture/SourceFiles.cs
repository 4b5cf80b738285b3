using System.Text.RegularExpressions;
using Croft.Tests.Farms;

namespace Croft.Tests.Architecture;

public sealed class SourceFiles
{
    const int MostLines = 400;
    const int MostColumns = 140;

    /// <summary>Text for people, and patterns, stay whole.</summary>
    [Fact]
    public void HaveShortLines() =>
        Assert.Equal(
            [],
            Sources("src")
                .Concat(Sources("tests"))
                .SelectMany(file =>
                    WithoutRawTexts(File.ReadAllText(file)).Split('\n').Select((line, i) => (file, Line: line, Number: i + 1))
                )
                .Where(l => l.Line.Length > MostColumns && !l.Line.Contains('"', StringComparison.Ordinal))
                .Select(l => $"{Path.GetRelativePath(Repository.Root, l.file)}:{l.Number}")
        );

    [Fact]
    public void NameFieldsAlike() =>
        Assert.Equal(
            [],
            Sources("src")
                .Concat(Sources("tests"))
                .Where(file => Regex.IsMatch(File.ReadAllText(file), @"^    [\w<>\[\]?,. ]+ _[a-z]\w*( =|;)", RegexOptions.Multiline))
                .Select(file => Path.GetRelativePath(Repository.Root, file))
        );

    [Fact]
    public void AreSplitByTopicBeforeTheyAreLong() =>
        Assert.Equal(
            [],
            Sources("src")
                .Select(file => (File: Path.GetRelativePath(Repository.Root, file), Lines: File.ReadLines(file).Count()))
                .Where(file => file.Lines > MostLines)
                .Select(file => $"{file.File}: {file.Lines} lines")
        );

    static IEnumerable<string> Sources(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal));

    static string WithoutRawTexts(string source) =>
        Regex.Replace(source, "\"\"\".*?\"\"\"", text => new string('\n', text.Value.Count(c => c == '\n')), RegexOptions.Singleline);
}
