using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class KeyReference
{
    const string End = "<!-- end -->";

    static readonly string Document = Path.Combine(Repository.Root, "docs/farm-file.md");

    [Fact]
    public void OfTheDocumentIsMadeFromTheDefinitions()
    {
        var text = File.ReadAllText(Document);
        var begin = text.IndexOf("-->\n", text.IndexOf("<!-- made from", StringComparison.Ordinal), StringComparison.Ordinal) + 4;
        var written = text[begin..text.IndexOf(End, begin, StringComparison.Ordinal)];
        var made = $"\n{FarmKeyReference.ToMarkdown()}\n";
        if (Environment.GetEnvironmentVariable("CROFT_APPROVE") == "1")
            File.WriteAllText(Document, text.Replace(begin == 0 ? "" : text[begin..], made + End + "\n"));
        else
            Assert.Equal(made, written);
    }

    [Theory]
    [InlineData("virt_domain")]
    [InlineData("connection_timeout")]
    [InlineData("priority_domains")]
    [InlineData("checksums")]
    public void NamesEveryDepth(string key) => Assert.Contains($"| `{key}` |", FarmKeyReference.ToMarkdown());
}
