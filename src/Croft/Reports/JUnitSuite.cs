using System.Collections.Immutable;
using System.Xml;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>One suite, and how suites are written. All texts are plain already: what XML forbids is gone.</summary>
sealed record JUnitSuite(
    string Machine,
    DateTimeOffset Start,
    TimeSpan Duration,
    ImmutableArray<(string Name, string Value)> Properties,
    ImmutableArray<TestCase> Cases,
    ImmutableArray<string> Notes
)
{
    internal static void Write(XmlWriter xml, string name, TimeSpan duration, ImmutableArray<JUnitSuite> suites)
    {
        xml.WriteStartDocument();
        xml.WriteStartElement("testsuites");
        xml.WriteAttributeString("name", name);
        Counts(xml, [.. suites.SelectMany(suite => suite.Cases)]);
        xml.WriteAttributeString("time", Seconds(duration.TotalSeconds));
        foreach (var suite in suites)
            suite.Write(xml);
        xml.WriteEndElement();
        xml.WriteEndDocument();
    }

    void Write(XmlWriter xml)
    {
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", Machine);
        xml.WriteAttributeString("hostname", Machine);
        xml.WriteAttributeString("timestamp", $"{Start.UtcDateTime:yyyy-MM-ddTHH:mm:ss}");
        Counts(xml, Cases);
        xml.WriteAttributeString("skipped", $"{Cases.Count(test => test.Outcome == Outcome.Skipped)}"); // Jenkins' schema has it on suites only
        xml.WriteAttributeString("time", Seconds(Duration.TotalSeconds));
        xml.WriteStartElement("properties");
        foreach (var (name, value) in Properties)
        {
            xml.WriteStartElement("property");
            xml.WriteAttributeString("name", name);
            xml.WriteAttributeString("value", PlainText.Line(value));
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
        foreach (var test in Cases)
            Write(xml, test);
        if (!Notes.IsEmpty)
            xml.WriteElementString("system-out", string.Join('\n', Notes));
        xml.WriteEndElement();
    }

    static void Write(XmlWriter xml, TestCase test)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", test.ClassName);
        xml.WriteAttributeString("name", test.Name);
        xml.WriteAttributeString("time", Seconds(test.Seconds));
        if (Element(test.Outcome) is { } element)
        {
            xml.WriteStartElement(element);
            if (test.Message is { } message)
                xml.WriteAttributeString("message", PlainText.Line(message));
            if (element != "skipped")
                xml.WriteAttributeString("type", test.Outcome.Word());
            if (test.Detail is { } detail && detail != test.Message)
                xml.WriteString(detail);
            xml.WriteEndElement();
        }
        if (test.Output is { Length: > 0 } output)
            xml.WriteElementString("system-out", output);
        xml.WriteEndElement();
    }

    static void Counts(XmlWriter xml, ImmutableArray<TestCase> cases)
    {
        xml.WriteAttributeString("tests", $"{cases.Length}");
        xml.WriteAttributeString("failures", $"{cases.Count(test => test.Outcome == Outcome.Failed)}");
        xml.WriteAttributeString("errors", $"{cases.Count(test => test.Outcome == Outcome.Error)}");
    }

    static string? Element(Outcome outcome) =>
        outcome switch
        {
            Outcome.Failed => "failure",
            Outcome.Error => "error",
            Outcome.Skipped => "skipped",
            _ => null,
        };

    // Never negative, never in exponents.
    static string Seconds(double seconds) => $"{Math.Max(0, seconds):0.000}";
}
