using System.Text.RegularExpressions;
using Croft.Tests.Farms;

namespace Croft.Tests.Architecture;

/// <summary>What a machine is made of is known below its engine only.</summary>
public sealed class Seam
{
    /// <summary>The engine's own part of a machine's record, which the rest carries and never reads.</summary>
    static readonly string[] Carriers = ["src/Croft/Engines/Inventory.cs"];

    [Theory]
    [InlineData(@"\bVolumes\.|\bDiskFiles\b|\bILibvirtHost\b", "")]
    [InlineData(@"Nvram|\.nvram|\.[Bb]acking\b|\.qcow2|\.iso""", "Images")]
    public void IsNotSeenThrough(string word, string besides) => Assert.Equal([], Above(besides, word, line => line));

    [Fact]
    public void HasNoDomainsAboveIt() =>
        Assert.Equal([], Above("Farms", @"\b[dD]omain\b", line => Regex.Replace(line, @"\$?""(?:[^""\\]|\\.)*""", "")));

    /// <summary>Lines of code that hold a word, in all files but those of one folder, comments aside.</summary>
    static IEnumerable<string> Above(string besides, string word, Func<string, string> view) =>
        from path in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
        let file = Path.GetRelativePath(Repository.Root, path)
        where
            !file.Contains("/obj/", StringComparison.Ordinal)
            && !file.StartsWith("src/Croft.Libvirt/", StringComparison.Ordinal)
            && !file.StartsWith("src/Croft/Engines/Libvirt/", StringComparison.Ordinal)
            && !Carriers.Contains(file)
            && (besides.Length == 0 || !file.StartsWith($"src/Croft/{besides}/", StringComparison.Ordinal))
        from line in File.ReadLines(path)
        where !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Regex.IsMatch(view(line), word)
        select $"{file}: {line.Trim()}";
}
