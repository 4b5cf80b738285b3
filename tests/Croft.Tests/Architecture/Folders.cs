using System.Text.RegularExpressions;
using Croft.Farms;
using Croft.Tests.Farms;

namespace Croft.Tests.Architecture;

/// <summary>The folders of the library know each other in one direction only; docs/architecture.md draws it.</summary>
public sealed class Folders
{
    /// <summary>What each folder may know. Everything may know the root, which knows nobody.</summary>
    static readonly Dictionary<string, string[]> Known = new()
    {
        [""] = [],
        ["Tools"] = [],
        ["Farms"] = [],
        ["Journal"] = [],
        ["Reports"] = ["Journal"],
        ["Engines"] = ["Farms", "Journal", "Tools"],
        ["Planning"] = ["Farms", "Engines"],
        ["Images"] = ["Farms", "Engines", "Tools"],
        ["Guests"] = ["Farms", "Engines", "Tools"],
        ["Phases"] = ["Farms", "Engines", "Journal", "Tools", "Planning", "Guests", "Reports"],
        ["Lifecycle"] = ["Farms", "Engines", "Journal", "Tools", "Planning", "Images", "Guests", "Phases", "Reports"],
    };

    static readonly string Library = Path.Combine(Repository.Root, "src/Croft");

    [Fact]
    public void KnowOnlyWhatTheyMay() =>
        Assert.Equal(
            [],
            Uses(Library).Where(use => use.Folder != use.Known && !Known[use.Folder].Contains(use.Known)).Select(use => use.ToString())
        );

    [Fact]
    public void AreAllowedNothingThatTheyDoNotUse()
    {
        var used = Uses(Library).Select(use => (use.Folder, use.Known)).ToHashSet();
        Assert.Equal([], Known.SelectMany(known => known.Value.Select(other => (known.Key, other))).Where(pair => !used.Contains(pair)));
    }

    [Fact]
    public void HaveNoCycle()
    {
        var left = Known.Keys.ToList();
        while (left.FirstOrDefault(folder => Known[folder].All(other => !left.Contains(other))) is { } free)
            left.Remove(free);
        Assert.Equal([], left);
    }

    [Fact]
    public void AreAllNamedHere() =>
        Assert.Equal(
            Known.Keys.Where(k => k.Length > 0).Order(StringComparer.Ordinal),
            Directory
                .GetDirectories(Library)
                .Select(d => Path.GetFileName(d)!)
                .Where(d => d is not ("bin" or "obj"))
                .Order(StringComparer.Ordinal)
        );

    [Theory]
    [InlineData("Libvirt")]
    [InlineData("Lxd")]
    public void OfABindingAreUsedByItsEngineOnly(string binding) =>
        Assert.Equal(
            [],
            Sources(Path.Combine(Repository.Root, "src"))
                .Where(file =>
                    !Relative(file).StartsWith($"src/Croft.{binding}/", StringComparison.Ordinal)
                    && !Relative(file).StartsWith($"src/Croft/Engines/{binding}/", StringComparison.Ordinal)
                )
                .Where(file => Regex.IsMatch(File.ReadAllText(file), $@"\busing Croft\.{binding}\b|\bCroft\.{binding}\.\w"))
                .Select(Relative)
        );

    [Theory]
    [InlineData("Croft.Libvirt", "")]
    [InlineData("Croft.Lxd", "")]
    [InlineData("Croft", "Croft.Libvirt Croft.Lxd")]
    [InlineData("Croft.Cli", "Croft")]
    public void OfProjectsReferenceDownwardsOnly(string project, string references) =>
        Assert.Equal(
            references,
            string.Join(
                ' ',
                Regex
                    .Matches(
                        File.ReadAllText(Path.Combine(Repository.Root, "src", project, project + ".csproj")),
                        "<ProjectReference Include=\"[^\"]*/([^/]+)\\.csproj\""
                    )
                    .Select(m => m.Groups[1].Value)
            )
        );

    /// <summary>By <c>using</c>, and by a name such as <c>Farms.MachineSpec</c> that is a type there.</summary>
    static IEnumerable<Use> Uses(string library)
    {
        var types = typeof(Farm).Assembly.GetTypes().Select(t => t.FullName!.Split('`')[0]).ToHashSet();
        foreach (var file in Sources(library))
        {
            var parts = Path.GetRelativePath(library, file).Split('/');
            var folder = parts.Length == 1 ? "" : parts[0];
            var text = File.ReadAllText(file);
            foreach (
                Match match in Regex.Matches(
                    text,
                    @"^using (?:static )?Croft\.(\w+)[.;]|(?<![\w.""])(?:Croft\.)?(\w+)\.(\w+)",
                    RegexOptions.Multiline
                )
            )
            {
                var known =
                    match.Groups[1].Success ? match.Groups[1].Value
                    : types.Contains($"Croft.{match.Groups[2].Value}.{match.Groups[3].Value}") ? match.Groups[2].Value
                    : "";
                if (Known.ContainsKey(known) && known.Length > 0)
                    yield return new(folder, known, Relative(file));
            }
        }
    }

    static IEnumerable<string> Sources(string folder) =>
        Directory
            .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    static string Relative(string file) => Path.GetRelativePath(Repository.Root, file);

    sealed record Use(string Folder, string Known, string File);
}
