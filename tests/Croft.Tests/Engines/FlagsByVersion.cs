using System.Text.RegularExpressions;
using Croft.Libvirt;
using Croft.Tests.Farms;

namespace Croft.Tests.Engines;

public sealed partial class FlagsByVersion
{
    [Theory]
    [InlineData("8.0.0", DomainUndefineFlags.ManagedSave | DomainUndefineFlags.Nvram)]
    [InlineData("8.8.0", DomainUndefineFlags.ManagedSave | DomainUndefineFlags.Nvram)]
    [InlineData("8.9.0", DomainUndefineFlags.ManagedSave | DomainUndefineFlags.Nvram | DomainUndefineFlags.Tpm)]
    public void AreLeftOutWhereLibvirtIsTooOldForThem(string version, DomainUndefineFlags passed) =>
        Assert.Equal(
            passed,
            Since.In(Version.Parse(version), DomainUndefineFlags.ManagedSave | DomainUndefineFlags.Nvram | DomainUndefineFlags.Tpm)
        );

    [Fact]
    public void AreAllKnownByTheVersionTheyCameWith()
    {
        var young = new HashSet<string>();
        foreach (var (text, flag) in Passed())
        {
            Assert.True(Since.Knows(flag), $"{text} has no version in Since");
            if (Since.Of(flag) > Since.Oldest)
                young.Add(text);
        }

        // Each of these is asked of the hypervisor's version where it is passed.
        Assert.Equal(["DomainStartFlags.ResetNvram", "DomainUndefineFlags.Tpm"], young.Order());
    }

    static IEnumerable<(string Text, Enum Flag)> Passed() =>
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src/Croft/Engines/Libvirt"), "*.cs")
        from Match match in Pattern().Matches(File.ReadAllText(file))
        let type = typeof(Since).Assembly.GetType("Croft.Libvirt." + match.Groups[1].Value)
        let flag = (Enum)Enum.Parse(type, match.Groups[2].Value)
        where Convert.ToInt64(flag) != 0
        select (match.Value, flag);

    [GeneratedRegex(@"\b(\w+Flags)\.(\w+)")]
    private static partial Regex Pattern();
}
