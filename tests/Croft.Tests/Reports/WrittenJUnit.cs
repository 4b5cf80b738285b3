using System.Xml.Linq;
using System.Xml.Schema;
using Croft.Journal;
using Croft.Reports;

namespace Croft.Tests.Reports;

public sealed class WrittenJUnit : IDisposable
{
    readonly SampleRun run = new();

    [Fact]
    public void HasASuitePerMachineAndACasePerPhase()
    {
        var suite = Write(Ordinary()).Elements().First();

        Assert.Equal("db", (string)suite.Attribute("name")!);
        Assert.Equal("db", (string)suite.Attribute("hostname")!);
        Assert.Equal("2026-03-01T09:30:06", (string)suite.Attribute("timestamp")!);
        Assert.Equal("9.000", (string)suite.Attribute("time")!);
        Assert.Equal(
            ["platform=debian_12", "target=amd64", "arch=x86_64", "hypervisor=local"],
            suite.Element("properties")!.Elements().Select(p => $"{(string)p.Attribute("name")!}={(string)p.Attribute("value")!}")
        );
        Assert.Equal(
            ["startup", "restore init", "init", "main", "shutdown"],
            suite.Elements("testcase").Select(c => (string)c.Attribute("name")!)
        );
        Assert.All(suite.Elements("testcase"), c => Assert.Equal("vde.vde.db", (string)c.Attribute("classname")!));
    }

    [Theory]
    [InlineData(Outcome.Failed, "failure")]
    [InlineData(Outcome.Error, "error")]
    [InlineData(Outcome.Cancelled, "error")]
    [InlineData(Outcome.Skipped, "skipped")]
    [InlineData(Outcome.Passed, null)]
    [InlineData(Outcome.Cached, null)]
    public void SaysWhoseFaultItWas(Outcome outcome, string? element)
    {
        var test = Write(this.run.Machine("a").Step("a", "main", 0, 1, outcome, "why & how")).Descendants("testcase").Single();

        var said = test.Elements().FirstOrDefault(e => e.Name != "system-out");
        Assert.Equal(element, said?.Name.LocalName);
        if (said is not null)
            Assert.Equal("why & how", (string)said.Attribute("message")!);
    }

    [Fact]
    public void CountsAddUp()
    {
        var root = Write(Ordinary());

        Assert.Equal(
            ("8", "1", "1"),
            ((string)root.Attribute("tests")!, (string)root.Attribute("failures")!, (string)root.Attribute("errors")!)
        );
        foreach (var suite in root.Elements())
        {
            Assert.Equal(suite.Elements("testcase").Count(), (int)suite.Attribute("tests")!);
            Assert.Equal(suite.Descendants("failure").Count(), (int)suite.Attribute("failures")!);
            Assert.Equal(suite.Descendants("error").Count(), (int)suite.Attribute("errors")!);
            Assert.Equal(suite.Descendants("skipped").Count(), (int)suite.Attribute("skipped")!);
        }
    }

    [Fact]
    public void LeavesOutChoresUnlessTheyWentWrong()
    {
        this.run.Machine("a").Step("a", "artifacts", 0, 1).Machine("b").Step("b", "artifacts", 0, 1, Outcome.Error, "disk full");

        Assert.Equal("artifacts", (string)Write(this.run).Descendants("testcase").Single().Attribute("name")!);
    }

    [Fact]
    public void EndsALogWithItsLast64KiB()
    {
        var log = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\n"));
        var output = Write(this.run.Machine("a").Step("a", "main", 0, 1, log: log)).Descendants("system-out").Single().Value;

        Assert.InRange(output.Length, 60_000, (64 << 10) + 300);
        Assert.EndsWith("line 19999\n", output, StringComparison.Ordinal);
        Assert.StartsWith("… (", output, StringComparison.Ordinal);
    }

    [Fact]
    public void SurvivesHostileLogsAndNames()
    {
        var hostile = "]]></system-out>\0\u0008\u001b[31mred\u001b[0m\ufffe\uffff \u202eback <b>&amp;";
        this.run.Machine("a<\"&\u0001").Step("a<\"&\u0001", "main", 0, 1, Outcome.Failed, hostile, hostile);

        var test = Write(this.run).Descendants("testcase").Single();
        Assert.Equal("]]></system-out>red back <b>&amp;", test.Element("system-out")!.Value);
        Assert.Equal("]]></system-out>red back <b>&amp;", (string)test.Element("failure")!.Attribute("message")!);
    }

    [Fact]
    public void IsReadByAnotherParser()
    {
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(Python), $"{Python} is not there");
        Write(Ordinary());
        using var python = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(
                Python,
                [
                    "-c",
                    "import sys, xml.etree.ElementTree as t; print(len(t.parse(sys.argv[1]).getroot().findall('testsuite/testcase')))",
                    this.run.Folder.JUnitPath,
                ]
            )
            {
                RedirectStandardOutput = true,
            }
        )!;

        Assert.Equal("8", python.StandardOutput.ReadToEnd().Trim());
    }

    public void Dispose() => this.run.Dispose();

    SampleRun Ordinary() =>
        this
            .run.Machine("db")
            .Step("db", "startup", 1, 3)
            .Step("db", "restore init", 3, 4, Outcome.Cached)
            .Skip("db", "init", 4, "in the layer")
            .Step("db", "main", 4, 8, Outcome.Failed, "exit 1", "boom")
            .Step("db", "artifacts", 8, 9)
            .Step("db", "shutdown", 9, 10)
            .Machine("web")
            .Step("web", "startup", 1, 3, Outcome.Error, "no ssh")
            .Skip("web", "main", 3, "startup failed")
            .Step("web", "shutdown", 3, 4)
            .End(10, Outcome.Failed);

    internal static XElement Write(SampleRun run)
    {
        JUnitReport.Write(run.Summary(), run.Folder);
        var document = XDocument.Load(run.Folder.JUnitPath);
        document.Validate(JUnitSchema.Set, (_, e) => Assert.Fail(e.Message));
        return document.Root!;
    }
}
