using Croft.Lifecycle;

namespace Croft.Tests.Lifecycle;

public sealed class Selections
{
    static readonly string[] Machines =
    [
        "web-1 debian_12 amd64 h1",
        "web-2 debian_13 amd64 h2",
        "db debian_13 arm64 h1",
        "loose debian_12 amd64",
    ];

    [Theory]
    [InlineData("", "web-1 web-2 db loose")]
    [InlineData("db", "db")]
    [InlineData("db web-1", "web-1 db")]
    [InlineData("web-*", "web-1 web-2")]
    [InlineData("web-? db", "web-1 web-2 db")]
    [InlineData("*", "web-1 web-2 db loose")]
    [InlineData("platform=debian_13", "web-2 db")]
    [InlineData("target=arm*", "db")]
    [InlineData("hypervisor=h1", "web-1 db")]
    [InlineData("platform=debian_12 target=arm64", "web-1 db loose")]
    public void ChooseInDeclaredOrder(string selection, string chosen) => Assert.Equal(chosen, Choose(selection));

    [Theory]
    [InlineData("nobody")]
    [InlineData("db nobody")]
    [InlineData("DB")]
    [InlineData("platform=debian_14")]
    [InlineData("plattform=debian_13")]
    public void RefuseAPartThatMatchesNothing(string selection)
    {
        var error = Assert.Throws<CroftException>(() => Choose(selection));
        Assert.Equal(FaultKind.Usage, error.Kind);
        Assert.Equal($"no machine matches \"{selection.Split(' ')[^1]}\"", error.Message);
        Assert.Equal("there are: web-1, web-2, db, loose", error.Hint);
    }

    [Fact]
    public void RefuseWhatLooksLikeAnOption() =>
        Assert.Equal("there is no option \"-x\"", Assert.Throws<CroftException>(() => Choose("-x")).Message);

    [Fact]
    public void SayWhenThereAreNoMachines() =>
        Assert.Equal(
            "the farm has no machines yet: croft up",
            Assert.Throws<CroftException>(() => Selection.Of<string>(["a"], [], _ => default)).Hint
        );

    static string Choose(string selection) =>
        string.Join(
            ' ',
            Selection
                .Of(selection.Split(' ', StringSplitOptions.RemoveEmptyEntries), Machines, m =>
                {
                    var parts = m.Split(' ');
                    return (parts[0], parts[1], parts[2], parts.ElementAtOrDefault(3));
                })
                .Select(m => m.Split(' ')[0])
        );
}
