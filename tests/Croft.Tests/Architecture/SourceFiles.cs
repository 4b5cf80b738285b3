using System.Reflection;
using System.Text.RegularExpressions;
using Croft.Tests.Farms;

namespace Croft.Tests.Architecture;

public sealed class SourceFiles
{
    const int MostLines = 400;
    const int MostColumns = 140;
    const int MostLinesOfMethods = 40;
    const int MostParameters = 8;

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

    /// <summary>Classes of machine tests run side by side.</summary>
    [Fact]
    public void NameFarmsOfMachineTestsApart() =>
        Assert.Equal(
            [],
            from file in Sources("tests")
            from match in Regex.Matches(File.ReadAllText(file), @"\bLab( \w+ = new)?\(""(?<name>\w+)""")
            group Path.GetFileName(file) by match.Groups["name"].Value into files
            where files.Distinct().Count() > 1
            select $"{files.Key}: {string.Join(", ", files.Distinct())}"
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
    public void HaveShortMethods() =>
        Assert.Equal(
            [],
            from file in Sources("src")
            from body in Regex.Matches(File.ReadAllText(file), @"(?<=\n)    \{\n(?<lines>(.*\n)*?)    \}", RegexOptions.Multiline)
            let lines = body.Groups["lines"].Value.Count(c => c == '\n')
            where lines > MostLinesOfMethods && !IsType(file, body.Index)
            select $"{Path.GetRelativePath(Repository.Root, file)}: {lines} lines before {File.ReadAllText(file)[..body.Index].Count(c => c == '\n') + lines}"
        );

    [Fact]
    public void HaveFewParametersInConstructors() =>
        Assert.Equal(
            [],
            typeof(CroftException)
                .Assembly.GetTypes()
                .Where(type => !type.Name.Contains('<', StringComparison.Ordinal))
                .SelectMany(type => type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                .Where(constructor => constructor.GetParameters().Length > MostParameters)
                .Select(constructor => constructor.DeclaringType!.FullName)
        );

    /// <summary>A body of one line has none.</summary>
    [Fact]
    public void HaveBracesAlike() =>
        Assert.Equal(
            [],
            from file in Sources("src").Concat(Sources("tests"))
            from body in Regex.Matches(
                WithoutRawTexts(File.ReadAllText(file)),
                @"\n( *)(if|foreach|for|while|lock|await foreach) \(.*\)\n\1\{\n\1    (?!if|for|using|var|switch|lock|while|try|//)[^ \n].*;\n\1\}\n(?!\1else)"
            )
            where
                !Regex.IsMatch(body.Value, @"\n *[\w<>\[\]?,.]+ \w+( = .*|\(.*\) => .*)?;\n *\}\n$")
                || body.Value.Contains("return ", StringComparison.Ordinal)
            select $"{Path.GetRelativePath(Repository.Root, file)}: {body.Value.Trim()}"
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

    /// <summary>Whether what stands before a body is a type inside a type.</summary>
    static bool IsType(string file, int body)
    {
        var before = File.ReadAllText(file)[..body];
        return Regex.IsMatch(
            before[(before.LastIndexOf("\n\n", StringComparison.Ordinal) + 1)..],
            @"^    [\w ]*(class|record|struct|interface) ",
            RegexOptions.Multiline
        );
    }

    static string WithoutRawTexts(string source) =>
        Regex.Replace(source, "\"\"\".*?\"\"\"", text => new string('\n', text.Value.Count(c => c == '\n')), RegexOptions.Singleline);
}
