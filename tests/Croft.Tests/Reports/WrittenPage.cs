using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Croft.Journal;

namespace Croft.Tests.Reports;

public sealed class WrittenPage : IDisposable
{
    const string Hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&\u202e\u0007";
    readonly SampleRun run = new();

    [Fact]
    public void EscapesWhateverOthersWrote()
    {
        using var run = new SampleRun(Hostile, Hostile);
        run.Machine(Hostile, Hostile, Hostile)
            .Step(Hostile, Hostile, 0, 1, Outcome.Failed, Hostile, Hostile + "\u001b[31mred\u001b[0m")
            .At(1, journal => journal.Note(Hostile, Hostile, Hostile))
            .At(1, journal => journal.Note(null, null, Hostile))
            .Artifact(Hostile, "<script>\"&?#.txt", "x")
            .Artifact(
                Hostile,
                "r.xml",
                "<testsuite><testcase name='&lt;script&gt;'><failure message='&lt;script&gt;'/></testcase></testsuite>"
            )
            .End(2, Outcome.Failed, Hostile);

        var html = run.Html();

        Assert.Equal(1, Regex.Count(html, "<script", RegexOptions.IgnoreCase));
        Assert.DoesNotContain("<img", html);
        Assert.DoesNotMatch("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]", html);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x onerror=alert(2)&gt;&amp;red</pre>", html);
        Assert.Contains("%3Cscript%3E%22%26%3F%23.txt\"", html);
    }

    [Fact]
    public void RefersToNothingOutsideOfItsFolder()
    {
        var html = Regex.Replace(Ordinary().Html(), "<pre>.*?</pre>", "", RegexOptions.Singleline);

        Assert.DoesNotMatch("""(?i)(src|srcset|data|action|poster|ping)\s*=""", html);
        Assert.DoesNotMatch("(?i)url\\(|@import|<link|<base|<iframe|<object|//[a-z]", html);
        Assert.All(Regex.Matches(html, "href=\"([^\"]*)\"").Select(match => match.Groups[1].Value), link =>
            Assert.Matches("^(#|\\./)", link)
        );
        Assert.DoesNotContain("..", string.Join(' ', Regex.Matches(html, "href=\"([^\"]*)\"").Select(match => match.Groups[1].Value)));
    }

    [Fact]
    public void ForbidsWhatItDoesNotUseAndAllowsItsOwnScript()
    {
        var html = Ordinary().Html();

        var script = Regex.Match(html, "<script>(.*?)</script>", RegexOptions.Singleline).Groups[1].Value;
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        Assert.Contains(
            $"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; script-src 'sha256-{hash}'",
            html
        );
    }

    [Fact]
    public void LinksOnlyToWhatIsThere()
    {
        var html = Ordinary().Html();
        var ids = Regex.Matches(html, " id=\"([^\"]*)\"").Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(ids.Count, ids.Distinct().Count());
        foreach (var link in Regex.Matches(html, "href=\"([^\"]*)\"").Select(match => match.Groups[1].Value))
        {
            if (link[0] == '#')
                Assert.Contains(link[1..], ids);
            else
                Assert.True(File.Exists(Path.Combine(this.run.Folder.Root, Uri.UnescapeDataString(link))), link);
        }
    }

    [Fact]
    public void ShowsEveryMachineInTheCellOfItsPlatformAndTarget()
    {
        var matrix = Regex.Match(Ordinary().Html(), "<table.*?</table>", RegexOptions.Singleline).Value;

        Assert.Equal(
            ["debian_12", "fedora_43"],
            Regex.Matches(matrix, "<th scope=\"row\">([^<]+)").Select(match => match.Groups[1].Value.Trim())
        );
        Assert.Equal(["amd64", "arm64"], Regex.Matches(matrix, "<th scope=\"col\">([^<]+)").Select(match => match.Groups[1].Value.Trim()));
        var cells = Regex
            .Matches(matrix, "<td>(.*?)(?=<td>|<tr>|</table>)", RegexOptions.Singleline)
            .Select(match => match.Groups[1].Value)
            .ToList();
        Assert.Equal([2, 1, 1, 0], cells.Select(cell => Regex.Count(cell, "<a ")));
        Assert.Contains("<b>failed</b> <i>db</i>", cells[0]);
        Assert.Contains("<b>cached</b></span>", cells[1]); // its name is its row and column
    }

    [Fact]
    public void DrawsABarPerStepOnOneAxis()
    {
        var html = Ordinary().Html();

        Assert.Contains(
            "class=\"bar main\" href=\"#m0s1\" title=\"main: passed in 4.0s, from 4.0s on\" style=\"left:40%;width:40%\"",
            html
        );
        Assert.Contains("class=\"bar cached\"", html);
        Assert.Equal(5, Regex.Count(html, "<a class=\"bar "));
    }

    [Fact]
    public void CutsLongLogsAndSaysHowMuch()
    {
        var log = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"line {i}\n"));
        var html = this.run.Machine("a").Step("a", "main", 0, 1, Outcome.Failed, "bad", log).End(1, Outcome.Failed).Html();

        Assert.InRange(html.Length, 256 << 10, 300 << 10);
        Assert.Contains("line 59999\n</pre>", html);
        Assert.Matches("The first [0-9]+ KiB are left out here; all of it: <a href=\"./logs/a/main.log\">", html);
    }

    [Fact]
    public void NeverShowsAFileFromOutsideTheRun()
    {
        this.run.Machine("a")
            .At(0, journal => journal.Append(new(default, EventKind.StepStart, "a", "main", Log: "../../../../../../etc/passwd")))
            .End(1, Outcome.Passed);

        Assert.DoesNotContain("root:", this.run.Html());
    }

    [Fact]
    public void SaysThatARunWasInterrupted()
    {
        var html = this.run.Machine("a").At(1, journal => journal.StepStart("a", "main")).Html();

        Assert.Contains("Interrupted: 1 of 1 machine did not pass", html);
        Assert.Contains("the journal has no end", html);
    }

    [Fact]
    public void OfARunOfNothingSaysSo() => Assert.Contains("No machine took part", this.run.End(0, Outcome.Passed).Html());

    public void Dispose() => this.run.Dispose();

    SampleRun Ordinary() =>
        this
            .run.Machine("debian-12-amd64")
            .Step("debian-12-amd64", "startup", 0, 4, log: "see http://example.org/ href=\"x\"")
            .Step("debian-12-amd64", "main", 4, 8)
            .Machine("db")
            .Step("db", "main", 1, 9, Outcome.Failed, "exit 1", "boom")
            .Artifact("db", "a b/c#1.txt", "x")
            .Machine("debian-12-arm64", target: "arm64")
            .Step("debian-12-arm64", "restore init", 0, 1, Outcome.Cached)
            .Machine("fedora-43-amd64", "fedora_43")
            .Step("fedora-43-amd64", "startup", 0, 10, Outcome.Error, "no ssh")
            .Skip("fedora-43-amd64", "main", 10, "startup failed")
            .End(10, Outcome.Failed);
}
