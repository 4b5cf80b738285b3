using System.Globalization;
using System.Text;
using System.Xml;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>Reads one JUnit file as a stream: only what a report shows is kept, each text up to a bound.</summary>
sealed class GuestTestFile
{
    const int MaxDepth = 64;
    const int MaxText = 64 << 10;

    static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Ignore, // what it declares is not read: no entity bombs, no files of the host
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        MaxCharactersInDocument = 64L << 20,
        XmlResolver = null,
    };

    readonly List<TestCase> cases = [];
    readonly StringBuilder output = new();
    readonly StringBuilder detail = new();
    TestCase? testCase;
    StringBuilder? into;

    /// <summary>The file's test cases; none when its root is not JUnit's.</summary>
    /// <exception cref="XmlException">It is damaged, or breaks a bound.</exception>
    internal static IReadOnlyList<TestCase> Read(Stream file, int maxCases)
    {
        using var reader = XmlReader.Create(file, Settings);
        return reader.MoveToContent() == XmlNodeType.Element && reader.LocalName is "testsuites" or "testsuite"
            ? new GuestTestFile().Read(reader, maxCases)
            : [];
    }

    List<TestCase> Read(XmlReader reader, int maxCases)
    {
        do
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (reader.Depth > MaxDepth)
                        throw new XmlException($"it is nested more than {MaxDepth} deep");
                    Begin(reader);
                    if (reader.IsEmptyElement)
                        End(reader.LocalName, maxCases);
                    break;
                case XmlNodeType.EndElement:
                    End(reader.LocalName, maxCases);
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    if (into is { Length: < MaxText })
                        into.Append(reader.Value.AsSpan(0, Math.Min(reader.Value.Length, MaxText - into.Length)));
                    break;
            }
        } while (reader.Read());
        return cases;
    }

    void Begin(XmlReader reader)
    {
        switch (reader.LocalName)
        {
            case "testcase":
                testCase = new(
                    Text(reader, "classname"),
                    Text(reader, "name"),
                    Seconds(reader.GetAttribute("time")),
                    Outcome.Passed,
                    null,
                    null,
                    null
                );
                output.Clear();
                detail.Clear();
                break;
            case "error" when testCase is not null:
                Judge(reader, Outcome.Error);
                break;
            case "failure" when testCase is not null:
                Judge(reader, Outcome.Failed);
                break;
            case "skipped" when testCase is not null:
                Judge(reader, Outcome.Skipped);
                break;
            case "system-out" or "system-err" when testCase is not null:
                if (output.Length > 0)
                    output.Append('\n');
                into = output;
                break;
        }
    }

    // One test case counts once: by the worst that is said of it.
    void Judge(XmlReader reader, Outcome outcome)
    {
        var judged = testCase!.Outcome != Outcome.Passed;
        if (judged && outcome.Severity() <= testCase.Outcome.Severity())
            return;
        var message = Text(reader, "message");
        testCase = testCase with { Outcome = outcome, Message = message is "" ? null : message };
        detail.Clear();
        into = detail;
    }

    void End(string element, int maxCases)
    {
        if (element is "error" or "failure" or "skipped" or "system-out" or "system-err")
            into = null;
        if (element != "testcase" || testCase is null)
            return;
        if (cases.Count >= maxCases)
            throw new XmlException("the machine's files have more than 50000 test cases");
        cases.Add(testCase with { Detail = Kept(detail), Output = Kept(output) });
        testCase = null;
        into = null;
    }

    static string? Kept(StringBuilder text)
    {
        if (text.Length == 0)
            return null;
        var kept = PlainText.Of(text.ToString());
        return text.Length < MaxText ? kept : kept + "\n… (cut)";
    }

    static string Text(XmlReader reader, string attribute)
    {
        var text = reader.GetAttribute(attribute) ?? "";
        return PlainText.Line(text.Length > 4096 ? text[..4096] + "…" : text);
    }

    // "1,234.5" is what Surefire writes.
    static double Seconds(string? text) =>
        double.TryParse(
            text,
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture,
            out var seconds
        )
        && double.IsFinite(seconds)
        && seconds < 1e9
            ? seconds
            : 0;
}
