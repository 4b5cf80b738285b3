using Croft.Journal;
using Croft.Reports;

namespace Croft.Tests.Reports;

public sealed class RenderedMatrix : IDisposable
{
    readonly SampleRun run = new SampleRun()
        .Machine("debian-12-amd64")
        .Step("debian-12-amd64", "main", 0, 8)
        .Machine("db")
        .Step("db", "main", 1, 9, Outcome.Failed, "exit 1", "boom")
        .Machine("fedora-43-arm64", "fedora_43", "arm64")
        .Step("fedora-43-arm64", "startup", 0, 125, Outcome.Error, "no ssh:\nrefused")
        .End(190, Outcome.Failed);

    [Fact]
    public void TellsAllInPlainText() =>
        Assert.Equal(
            $"""
            platform   amd64               arm64
            debian_12  1 failed, 1 passed  ·
            fedora_43  ·                   error

            fedora-43-arm64: error in startup after 2m 05s
              no ssh:
              refused

            db: failed in main after 8.0s
              exit 1
              log: {this.run.Folder.LogPath("db", "main")}

            run {this.run.Folder.Id} failed after 3m 10s: 1 error, 1 failed, 1 passed

            """,
            TerminalMatrix.Render(this.run.Summary(), color: false, this.run.Folder)
        );

    [Fact]
    public void AlignsTheSameWithColour()
    {
        var coloured = TerminalMatrix.Render(this.run.Summary(), color: true);

        Assert.Contains("\u001b[1;31m", coloured);
        Assert.Equal(
            TerminalMatrix.Render(this.run.Summary(), color: false),
            System.Text.RegularExpressions.Regex.Replace(coloured, "\u001b\\[[0-9;]*m", "")
        );
    }

    [Fact]
    public void NeverPassesOnAGuestsControlCharacters()
    {
        using var run = new SampleRun();
        run.Machine("a\u001b]0;x\u0007")
            .Step("a\u001b]0;x\u0007", "main", 0, 1, Outcome.Failed, "\u001b[2Jgone\u009b2J\rover")
            .End(1, Outcome.Failed, "\u001bc");

        Assert.DoesNotMatch("[\u0000-\u0009\u000b-\u001f\u007f-\u009f]", TerminalMatrix.Render(run.Summary(), color: false));
    }

    [Fact]
    public void SaysThatARunWasInterrupted()
    {
        using var run = new SampleRun();

        Assert.Equal(
            $"run {run.Folder.Id} interrupted after 0s\n  the journal has no end: it still goes on, or Croft was killed, or its host went down\n",
            TerminalMatrix.Render(run.Summary(), color: false)
        );
    }

    public void Dispose() => this.run.Dispose();
}
