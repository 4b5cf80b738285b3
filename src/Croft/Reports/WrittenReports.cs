using Croft.Journal;

namespace Croft.Reports;

/// <summary>The report files of a run, made from its journal.</summary>
public static class WrittenReports
{
    /// <summary>
    /// Writes both and returns what they say. A file that this disk does not take is one of the warnings: the result is there all the same.
    /// </summary>
    public static RunSummary Of(RunFolder run)
    {
        var summary = RunSummary.Read(run);
        var warnings = summary.Warnings.ToBuilder();
        Try(() => warnings.AddRange(JUnitReport.Write(summary, run)));
        Try(() => HtmlReport.Write(summary, run));
        return summary with { Warnings = warnings.ToImmutable() };

        void Try(Action write)
        {
            try
            {
                write();
            }
            catch (CroftException e)
            {
                warnings.Add(e.Message);
            }
        }
    }
}
