using System.Collections.Immutable;
using System.Xml;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>
/// The test cases of the JUnit files found among a machine's artifacts. Every bound below is there because a guest wrote the files: a
/// file that breaks one, or is no whole XML, counts as not there, and a note says so.
/// </summary>
/// <param name="Cases">The test cases of all files, in order.</param>
/// <param name="Notes">What was left out, and why.</param>
sealed record GuestTests(ImmutableArray<TestCase> Cases, ImmutableArray<string> Notes)
{
    const int MaxFiles = 1000;
    const int MaxCases = 50_000;
    const long MaxFileBytes = 64L << 20;

    internal static GuestTests Read(RunFolder run, string machine)
    {
        var cases = ImmutableArray.CreateBuilder<TestCase>();
        var notes = ImmutableArray.CreateBuilder<string>();
        var (paths, count) = Artifacts.Of(run, machine, "*.xml", MaxFiles);
        if (count > MaxFiles)
            notes.Add($"{count} XML files among the artifacts of {machine}: only the first {MaxFiles} were read");
        foreach (var path in paths)
        {
            try
            {
                var length = new FileInfo(path).Length;
                if (length == 0)
                    continue; // a pipe or device, too, which would be waited on
                if (length > MaxFileBytes)
                    throw new XmlException($"it has {length >> 20} MiB, more than {MaxFileBytes >> 20}");
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                cases.AddRange(GuestTestFile.Read(file, MaxCases - cases.Count));
            }
            catch (Exception e) when (e is XmlException or IOException or UnauthorizedAccessException)
            {
                notes.Add($"{PlainText.Line(run.Relative(path))} was left out: {PlainText.Line(e.Message)}");
            }
        }
        return new(cases.ToImmutable(), notes.ToImmutable());
    }
}
