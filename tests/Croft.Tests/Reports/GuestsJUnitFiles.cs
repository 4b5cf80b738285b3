using System.Xml.Linq;
using Croft.Journal;
using Croft.Reports;

namespace Croft.Tests.Reports;

public sealed class GuestsJUnitFiles : IDisposable
{
    readonly SampleRun run = new SampleRun().Machine("db").Step("db", "main", 0, 1).End(1, Outcome.Passed);

    [Fact]
    public void BecomeCasesOfTheirMachine()
    {
        run.Artifact(
            "db",
            "deep/er/r.xml",
            """
            <testsuites><testsuite name="outer"><testsuite name="s">
              <testcase classname="net" name="ping" time="1,234.5"/>
              <testcase classname="net" name="vlan"><failure message="lost" type="A">trace</failure><system-out>out</system-out><system-err>err</system-err></testcase>
              <testcase name="bare"><error/></testcase>
              <testcase classname="net" name="later"><skipped message="no kvm"/></testcase>
            </testsuite></testsuite></testsuites>
            """
        );

        var suite = WrittenJUnit.Write(run).Elements().Single();
        Assert.Equal(
            ("5", "1", "1", "1"),
            (
                (string)suite.Attribute("tests")!,
                (string)suite.Attribute("failures")!,
                (string)suite.Attribute("errors")!,
                (string)suite.Attribute("skipped")!
            )
        );
        Assert.Equal(
            ["vde.vde.db main 1.000", "db.net ping 1234.500", "db.net vlan 0.000", "db bare 0.000", "db.net later 0.000"],
            suite
                .Elements("testcase")
                .Select(c => $"{(string)c.Attribute("classname")!} {(string)c.Attribute("name")!} {(string)c.Attribute("time")!}")
        );
        var vlan = suite.Elements("testcase").ElementAt(2);
        Assert.Equal(
            ("lost", "trace", "out\nerr"),
            ((string)vlan.Element("failure")!.Attribute("message")!, vlan.Element("failure")!.Value, vlan.Element("system-out")!.Value)
        );
    }

    [Fact]
    public void CountACaseOnceByTheWorstThatIsSaidOfIt()
    {
        run.Artifact(
            "db",
            "r.xml",
            "<testsuite><testcase name='t'><failure message='a'/><error message='b'/><failure message='c'/></testcase></testsuite>"
        );

        var suite = WrittenJUnit.Write(run).Elements().Single();
        Assert.Equal(("0", "1"), ((string)suite.Attribute("failures")!, (string)suite.Attribute("errors")!));
        Assert.Equal("b", (string)suite.Descendants("error").Single().Attribute("message")!);
    }

    [Theory]
    [InlineData("<testsuite><testcase name='t'/>")]
    [InlineData("<testsuite>\0</testsuite>")]
    [InlineData("not xml")]
    [InlineData("<!DOCTYPE testsuite [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><testsuite><testcase name='&a;'/></testsuite>")]
    [InlineData("<!DOCTYPE t [<!ENTITY a 'ab'><!ENTITY b '&a;&a;&a;'>]><testsuite><testcase name='t'>&b;</testcase></testsuite>")]
    public void ThatAreDamagedOrHostileLeaveANote(string text)
    {
        run.Artifact("db", "bad.xml", text).Artifact("db", "good.xml", "<testsuite><testcase name='fine'/></testsuite>");

        var notes = JUnitReport.Write(run.Summary(), run.Folder);

        Assert.StartsWith("artifacts/db/bad.xml was left out: ", Assert.Single(notes), StringComparison.Ordinal);
        var suite = WrittenJUnit.Write(run).Elements().Single();
        Assert.Equal(["main", "fine"], suite.Elements("testcase").Select(c => (string)c.Attribute("name")!));
        Assert.Equal(notes[0], suite.Element("system-out")!.Value);
    }

    [Fact]
    public void MayNameADocumentType()
    {
        run.Artifact("db", "a.xml", "<!DOCTYPE testsuite SYSTEM 'junit.dtd'><testsuite><testcase name='t'/></testsuite>");

        Assert.Empty(JUnitReport.Write(run.Summary(), run.Folder));
        Assert.Contains("t", WrittenJUnit.Write(run).Descendants("testcase").Select(c => (string)c.Attribute("name")!));
    }

    [Fact]
    public void ThatNestWithoutEndAreLeftOut()
    {
        run.Artifact("db", "r.xml", string.Concat(Enumerable.Repeat("<testsuite>", 200_000)));

        Assert.Contains("nested", Assert.Single(JUnitReport.Write(run.Summary(), run.Folder)), StringComparison.Ordinal);
    }

    [Fact]
    public void ThatHaveTooManyCasesAreLeftOut()
    {
        run.Artifact("db", "r.xml", $"<testsuite>{string.Concat(Enumerable.Repeat("<testcase name='t'/>", 50_001))}</testsuite>");

        Assert.Contains("50000", Assert.Single(JUnitReport.Write(run.Summary(), run.Folder)), StringComparison.Ordinal);
    }

    [Fact]
    public void KeepOnlyTheBeginOfHugeTexts()
    {
        run.Artifact(
            "db",
            "r.xml",
            $"<testsuite><testcase name='{new string('n', 100_000)}'><system-out>{new string('x', 5_000_000)}</system-out></testcase></testsuite>"
        );

        var test = WrittenJUnit.Write(run).Descendants("testcase").Last();
        Assert.InRange(test.Element("system-out")!.Value.Length, 1 << 16, (1 << 16) + 20);
        Assert.InRange(((string)test.Attribute("name")!).Length, 4096, 4100);
    }

    [Fact]
    public void ThatAreOtherXmlAreIgnored()
    {
        run.Artifact("db", "pom.xml", "<project/>");

        Assert.Empty(JUnitReport.Write(run.Summary(), run.Folder));
        Assert.Single(WrittenJUnit.Write(run).Descendants("testcase"));
    }

    [Fact]
    public void ThatAreLinksAreNotFollowed()
    {
        var secret = Path.Combine(run.Folder.Root, "secret.xml");
        File.WriteAllText(secret, "<testsuite><testcase name='stolen'/></testsuite>");
        run.Artifact("db", "x.txt", "");
        File.CreateSymbolicLink(Path.Combine(run.Folder.ArtifactsPath("db"), "r.xml"), secret);
        Directory.CreateSymbolicLink(Path.Combine(run.Folder.ArtifactsPath("db"), "dir"), run.Folder.Root);

        Assert.DoesNotContain("stolen", WrittenJUnit.Write(run).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", run.Html(), StringComparison.Ordinal);
    }

    [Fact]
    public void ThatArePipesAreNotWaitedFor()
    {
        run.Artifact("db", "x.txt", "");
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(run.Folder.ArtifactsPath("db"), "r.xml")]);
        mkfifo.WaitForExit();

        Assert.Empty(JUnitReport.Write(run.Summary(), run.Folder));
    }

    public void Dispose() => run.Dispose();
}
