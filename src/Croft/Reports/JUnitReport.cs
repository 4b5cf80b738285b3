using System.Collections.Immutable;
using System.Xml;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>
/// A run's results as JUnit XML, valid for Jenkins' schema: a suite for each machine, a test case for each of its phases, then those of the
/// JUnit files among its artifacts. What the project's tests did wrong is a failure; what the world refused or the user stopped is an
/// error.
/// </summary>
public static class JUnitReport
{
    const int LogTailBytes = 64 << 10;

    /// <summary>Writes <c>junit.xml</c> into the run's folder.</summary>
    /// <returns>Notes: artifacts that look like test results and could not be read.</returns>
    public static ImmutableArray<string> Write(RunSummary summary, RunFolder run)
    {
        ImmutableArray<JUnitSuite> suites = [.. summary.Machines.Select(machine => Suite(summary, machine, run))];
        ReportFile.Write(run.JUnitPath, file =>
        {
            using var xml = XmlWriter.Create(
                file,
                new()
                {
                    Encoding = ReportFile.Utf8,
                    Indent = true,
                    IndentChars = " ",
                    NewLineChars = "\n",
                }
            );
            JUnitSuite.Write(xml, $"{PlainText.Line(summary.Farm)}.{PlainText.Line(summary.Project)}", summary.Duration, suites);
        });
        return [.. suites.SelectMany(suite => suite.Notes)];
    }

    static JUnitSuite Suite(RunSummary summary, MachineSummary machine, RunFolder run)
    {
        var guest = GuestTests.Read(run, machine.Name);
        var name = PlainText.Line(machine.Name);
        ImmutableArray<TestCase> cases =
        [
            .. machine.Steps.Where(IsResult).Select(step => Case(ClassOf(summary, machine, step), step, run)),
            .. guest.Cases.Select(test => test with { ClassName = test.ClassName is "" ? name : $"{name}.{test.ClassName}" }),
        ];
        return new(
            name,
            machine.Start ?? summary.Start,
            machine.Duration,
            [("platform", machine.Platform), ("target", machine.Target), ("arch", machine.Arch), ("hypervisor", machine.Hypervisor)],
            cases,
            guest.Notes
        );
    }

    // Readers merge cases of the same class and name.
    static string ClassOf(RunSummary summary, MachineSummary machine, StepSummary step)
    {
        var project = step.Project ?? (machine.Project.Length > 0 ? machine.Project : summary.Project);
        return $"{PlainText.Line(summary.Farm)}.{PlainText.Line(project)}.{PlainText.Line(machine.Name)}";
    }

    // Croft's own chores are no results of the project, unless they went wrong.
    static bool IsResult(StepSummary step) =>
        !step.Outcome.IsGood()
        || step.Own is "startup" or "clean" or "dependencies" or "init" or "main" or "terminate" or "shutdown"
        || step.Own.StartsWith("create ", StringComparison.Ordinal)
        || step.Own.StartsWith("restore ", StringComparison.Ordinal);

    static TestCase Case(string className, StepSummary step, RunFolder run)
    {
        var path = step.Log is null ? null : run.Resolve(step.Log);
        var log = LogTail.Read(path, LogTailBytes);
        var outcome = step.Outcome switch
        {
            Outcome.Cached => Outcome.Passed,
            Outcome.Cancelled => Outcome.Error,
            var other => other,
        };
        var reason = step.Reason is null ? null : PlainText.Of(step.Reason);
        var output = log switch
        {
            null => step.Outcome == Outcome.Cached ? $"cached: {reason ?? "the result came from a layer"}" : null,
            { Cut: > 0 } => $"… ({log.Cut} bytes before this are in {path})\n{log.Text}",
            _ => log.Text,
        };
        if (!step.Tasks.IsEmpty)
            output = $"{string.Concat(step.Tasks.Select(Line))}\n{output}";
        var detail =
            outcome is Outcome.Passed or Outcome.Skipped || path is null ? reason : $"{reason}\nlog: {PlainText.Line(path)}".TrimStart();
        return new(className, PlainText.Line(step.Own), step.Duration.TotalSeconds, outcome, reason ?? step.Outcome.Word(), detail, output);

        static string Line(TaskSummary task) =>
            $"{Duration.Text(task.Duration), 7}  {task.Result, -9} {PlainText.Line(task.Name)}  {PlainText.Line(task.Place)}".TrimEnd()
            + "\n";
    }
}
