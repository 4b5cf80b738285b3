using Croft.Journal;
using Croft.Reports;

namespace Croft.Tests.Reports;

public sealed class FoldedRun : IDisposable
{
    readonly SampleRun run = new();

    [Fact]
    public void KnowsItsFarmCommandProjectAndTimes()
    {
        var summary = run.Machine("a").Step("a", "main", 1, 5).End(7, Outcome.Passed).Summary();

        Assert.Equal((run.Folder.Id, "vde", "run", "vde"), (summary.Id, summary.Farm, summary.Command, summary.Project));
        Assert.Equal(TimeSpan.FromSeconds(7), summary.Duration);
        Assert.Equal(Outcome.Passed, summary.Outcome);
        Assert.False(summary.Interrupted);
    }

    [Fact]
    public void KeepsMachinesAndStepsInTheirOrder()
    {
        var summary = run.Machine("z")
            .Machine("a")
            .Step("a", "startup", 1, 9)
            .Step("z", "startup", 2, 3)
            .Step("z", "main", 3, 4)
            .Skip("z", "terminate", 4, "no file")
            .End(9, Outcome.Passed)
            .Summary();

        Assert.Equal(["z", "a"], summary.Machines.Select(machine => machine.Name));
        Assert.Equal(["startup", "main", "terminate"], summary.Machines[0].Steps.Select(step => step.Name));
        Assert.Equal(TimeSpan.FromSeconds(1), summary.Machines[0].Steps[0].Duration);
        Assert.Equal((Outcome.Skipped, TimeSpan.Zero), (summary.Machines[0].Steps[2].Outcome, summary.Machines[0].Steps[2].Duration));
    }

    [Fact]
    public void AddsWhatIsLearntOfAMachineLater()
    {
        var machine = run.Machine("a")
            .At(1, journal => journal.Machine("a", "debian_12", "amd64", "x86_64", "rack1", "10.80.0.77"))
            .Summary()
            .Machines.Single();

        Assert.Equal(("rack1", "10.80.0.77", "debian_12"), (machine.Hypervisor, machine.Address, machine.Platform));
    }

    [Theory]
    [InlineData(Outcome.Error, Outcome.Failed, Outcome.Error, Outcome.Passed)]
    [InlineData(Outcome.Failed, Outcome.Cancelled, Outcome.Failed, Outcome.Passed)]
    [InlineData(Outcome.Cancelled, Outcome.Cancelled, Outcome.Passed, Outcome.Cached)]
    [InlineData(Outcome.Passed, Outcome.Skipped, Outcome.Passed, Outcome.Cached)]
    [InlineData(Outcome.Cached, Outcome.Skipped, Outcome.Cached)]
    [InlineData(Outcome.Skipped, Outcome.Skipped)]
    public void JudgesAMachineByItsWorstStep(Outcome expected, params Outcome[] steps)
    {
        run.Machine("a");
        for (var i = 0; i < steps.Length; i++)
            run.Step("a", $"step {i}", i, i + 1, steps[i]);

        Assert.Equal(expected, run.Summary().Machines.Single().Outcome);
    }

    [Fact]
    public void KnowsTheTasksOfAStepWithTheirTimes()
    {
        var step = run.Machine("a")
            .At(1, journal => journal.StepStart("a", "main"))
            .At(2, journal => journal.Task("a", "main", "one", "phases/main.yaml:1", null))
            .At(4, journal => journal.Task("a", "main", "one", "phases/main.yaml:1", "changed"))
            .At(5, journal => journal.Task("a", "main", "included", "", null)) // Ansible does not say its end
            .At(7, journal => journal.Task("a", "main", "two", "", null))
            .At(9, journal => journal.StepEnd("a", "main", Outcome.Failed))
            .At(9, journal => journal.Task("a", "other", "two", "", null))
            .Summary()
            .Machines.Single()
            .Steps.Single();
        Assert.Equal(
            ["one 2 changed phases/main.yaml:1", "included 2  ", "two 2  "],
            step.Tasks.Select(t => $"{t.Name} {t.Duration.TotalSeconds} {t.Result} {t.Place}")
        );
    }

    [Fact]
    public void CountsMachinesByOutcome()
    {
        run.Machine("a").Step("a", "main", 0, 1, Outcome.Failed);
        foreach (var name in new[] { "b", "c" })
            run.Machine(name).Step(name, "main", 0, 1);

        Assert.Equal("1 failed, 2 passed", run.Summary().Counts);
        Assert.Equal(2, run.Summary().Count(Outcome.Passed));
    }

    [Fact]
    public void ThatWasKilledIsInterrupted()
    {
        var summary = run.Machine("a")
            .Step("a", "startup", 0, 5)
            .At(5, journal => journal.StepStart("a", "main"))
            .At(9, journal => journal.Note("a", "main", "hi"))
            .Summary();

        Assert.True(summary.Interrupted);
        Assert.Equal(Outcome.Cancelled, summary.Outcome);
        Assert.Contains("killed", summary.Reason, StringComparison.Ordinal);
        var step = summary.Machines.Single().Steps[^1];
        Assert.Equal((Outcome.Cancelled, TimeSpan.FromSeconds(4)), (step.Outcome, step.Duration));
        Assert.Contains("interrupted", step.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void CancelsAStepThatNeverEndedThoughTheRunDid()
    {
        var step = run.Machine("a")
            .At(1, journal => journal.StepStart("a", "main"))
            .End(4, Outcome.Failed)
            .Summary()
            .Machines.Single()
            .Steps.Single();

        Assert.Equal((Outcome.Cancelled, TimeSpan.FromSeconds(3)), (step.Outcome, step.Duration));
    }

    [Fact]
    public void EndsTheLatestOfStepsThatHappenTwice()
    {
        var steps = run.Machine("a").Step("a", "main", 0, 1, Outcome.Failed).Step("a", "main", 2, 4).Summary().Machines.Single().Steps;

        Assert.Equal([Outcome.Failed, Outcome.Passed], steps.Select(step => step.Outcome));
    }

    [Fact]
    public void OfAnEmptyJournalIsAnInterruptedRunOfNothing()
    {
        var summary = RunSummary.From("x", []);

        Assert.True(summary.Interrupted);
        Assert.Empty(summary.Machines);
    }

    public void Dispose() => run.Dispose();
}
