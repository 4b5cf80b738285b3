using Croft.Phases;

namespace Croft.Tests.Lifecycle;

public sealed class ArtifactGlobs
{
    [Theory]
    [InlineData("/var/log/x.log", "/var/log/x.log")]
    [InlineData("/r/**", "/r/a")]
    [InlineData("/r/**", "/r/a/b/c.xml")]
    [InlineData("/r/*.xml", "/r/a.xml")]
    [InlineData("/r/**/*.xml", "/r/a.xml")]
    [InlineData("/r/**/*.xml", "/r/a/b/c.xml")]
    [InlineData("/r/**/x.xml", "/r/x.xml")]
    [InlineData("/home/*/results/**", "/home/me/results/a/b")]
    [InlineData("/r/**/b/*.xml", "/r/a/b/c.xml")]
    [InlineData("/r/?.xml", "/r/a.xml")]
    [InlineData("/r/[ab]?.xml", "/r/b1.xml")]
    [InlineData("/r/[0-9].xml", "/r/7.xml")]
    [InlineData("/r/a+b.xml", "/r/a+b.xml")]
    [InlineData("/r/*", "/r/two\nlines")]
    public void Match(string glob, string path) => Assert.True(ArtifactFetch.Matches(glob, path));

    [Theory]
    [InlineData("/r/*.xml", "/r/a/b.xml")]
    [InlineData("/r/*", "/s/a")]
    [InlineData("/r/**", "/results/a")]
    [InlineData("/r/**/x.xml", "/r/aax.xml")]
    [InlineData("/r/**/b/*.xml", "/r/b/c/d.xml")]
    [InlineData("/home/*/results/**", "/home/a/b/results/c")]
    [InlineData("/r/?.xml", "/r//.xml")]
    [InlineData("/r/[!a].xml", "/r/a.xml")]
    [InlineData("/r/[!a].xml", "/r//.xml")]
    [InlineData("/r/a.xml", "/r/aQxml")]
    [InlineData("/r/a", "/r/a\n")]
    [InlineData("/r/[a^]", "/r/b")]
    public void DoNotMatch(string glob, string path) => Assert.False(ArtifactFetch.Matches(glob, path));

    [Fact]
    public void AreJudgedInTimeWhateverTheGuestSends() =>
        Assert.False(ArtifactFetch.Matches("/r/" + string.Concat(Enumerable.Repeat("*a", 20)) + "b", "/r/" + new string('a', 5000)));
}
