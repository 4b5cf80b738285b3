using System.Diagnostics;
using System.Text;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>A <c>croft</c> that runs in a lab, to be signalled when a step begins.</summary>
sealed class RunningCroft : IDisposable
{
    readonly string folder;
    readonly Process process;
    readonly StringBuilder messages = new();

    RunningCroft(string folder, Process process)
    {
        this.folder = folder;
        this.process = process;
        process.ErrorDataReceived += (_, line) => messages.AppendLine(line.Data);
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    /// <summary>Starts it; runs of earlier commands are forgotten, so that the journal is this one's.</summary>
    public static RunningCroft Start(Lab lab, params string[] arguments)
    {
        lab.ForgetRuns();
        return Start(lab.Tool(arguments), lab.Folder);
    }

    /// <summary>Starts it in a farm's folder.</summary>
    public static RunningCroft Start(Tool tool, string folder)
    {
        // Where this test itself runs in the background of a shell, SIGINT is ignored, and programs that it starts inherit that.
        var info = new ProcessStartInfo("env", ["--default-signal=INT", tool.Program, .. tool.Arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in tool.Environment)
            info.Environment[name] = value;
        return new(folder, Process.Start(info)!);
    }

    /// <summary>Returns when a machine, or several, have begun the step, or ended it, and the time after that is over.</summary>
    public async Task ReachAsync(string step, TimeSpan andThen = default, int machines = 1, string what = "stepStart")
    {
        var begun = await Poll.UntilAsync(
            () =>
                Task.FromResult(
                    process.HasExited
                    || Lab.JournalOf(folder).Count(line => line.Contains($"\"{what}\"") && line.Contains($"\"step\":\"{step}\""))
                        >= machines
                        ? ""
                        : null
                ),
            TimeSpan.FromMilliseconds(20),
            TimeSpan.FromMinutes(5),
            TestContext.Current.CancellationToken
        );
        Assert.True(begun is not null && !process.HasExited, $"{step} never began: {messages}");
        await Poll.DelayAsync(andThen, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a signal, such as <c>INT</c>.</summary>
    public Task SignalAsync(string signal) => new Tool("kill", $"-{signal}", $"{process.Id}").RunAsync(CancellationToken.None);

    /// <summary>Waits for its end. Returns its exit code, what it said, and how long that took.</summary>
    public async Task<(int ExitCode, string Messages, TimeSpan Took)> EndAsync(TimeSpan within)
    {
        var clock = Stopwatch.StartNew();
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(within);
        await process.WaitForExitAsync(late.Token);
        return (process.ExitCode, messages.ToString(), clock.Elapsed);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
