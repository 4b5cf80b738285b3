using Croft.Reports;

namespace Croft.Tests.Reports;

public sealed class ListedAsText
{
    [Fact]
    public void AlignsColumnsWithoutTrailingSpaces() =>
        Assert.Equal(
            "NAME   STATE    ADDRESS\n" + "db     running  10.0.0.1\n" + "größe  off\n" + "x\n",
            TextTable.Render(
                ["NAME", "STATE", "ADDRESS"],
                [
                    ["db", "running", "10.0.0.1"],
                    ["größe", "off", ""],
                    ["x"],
                ]
            )
        );

    [Fact]
    public void CountsColoursAsNothingAndAccentsAsOne() =>
        Assert.Equal(
            "\u001b[32mok\u001b[0m   1\ne\u0301te\u0301  2\n",
            TextTable.Render(
                [],
                [
                    ["\u001b[32mok\u001b[0m", "1"],
                    ["e\u0301te\u0301", "2"],
                ]
            )
        );

    [Fact]
    public void ShowsNoOtherControlCharacters() =>
        Assert.Equal(
            "a b [2J c\n",
            TextTable.Render(
                [],
                [
                    ["a\nb\u001b[2J\u0007c"],
                ]
            )
        );

    [Fact]
    public void OfNothingIsNothing()
    {
        Assert.Equal("", TextTable.Render([], []));
        Assert.Equal("NAME  STATE\n", TextTable.Render(["NAME", "STATE"], []));
    }
}
