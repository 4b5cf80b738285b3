using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>A phases folder as users have it: with links, files of other systems and owners, and what cannot be sent.</summary>
public sealed class PhasesOfEveryKind : IAsyncLifetime
{
    readonly Lab lab = new("kinds");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task ReachGuestsAsTheUserMeansThem()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: kinds
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }
            project: { phases: phases, vars: { commit: 61e9540, sha: 0123456, ver: 1.10, number: 3, fmt: "{{.Names}}" } }
            """
        );
        lab.Write(
            "ci/test.sh",
            "#!/bin/sh\r\n. ./lib.sh\r\nsay \"$CROFT_COMMIT $CROFT_SHA $CROFT_VER $CROFT_NUMBER $CROFT_FMT\"\r\nstat -c '%u %a' . main.sh lib.sh data/key\r\nls -A\r\n"
        );
        lab.Write("lib.sh", "say() { echo \"$1\"; }\n");
        lab.Write("phases/data/key", "x");
        lab.Write("phases/terminate.sh", "#!/usr/bin/python4\n");
        await new Tool(
            "bash",
            "-ec",
            """
            cd phases; ln -s ../ci/test.sh main.sh; ln -s ../lib.sh; mkfifo pipe; ln -s me@box.1 .#main.sh; chmod 600 data/key; chown -h 1000 * data/key
            """
        )
        {
            Directory = lab.Folder,
        }.RunCheckedAsync("making files", TestContext.Current.CancellationToken);
        var run = await lab.RunAsync("run", exitCode: 1);
        Assert.Equal(
            "61e9540 0123456 1.10 3 {{.Names}}\n0 700\n0 744\n0 644\n0 600\n.croft\ndata\nlib.sh\nmain.sh\nterminate.sh\n",
            run.Log("a", "main")
        );
        Assert.Equal(
            "terminate ended with exit code 127: terminate.sh: bad interpreter: /usr/bin/python4 is not in the guest",
            run.Reason("a", "terminate")
        );
        var plan = await lab.MustAsync(0, "plan");
        Assert.Contains("Warning: phases/pipe is a named pipe, not a file; it is left out", plan.Error, StringComparison.Ordinal);
        Assert.Contains(
            "Warning: phases/main.sh has the line ends or the byte order mark of Windows and is run without them",
            plan.Error,
            StringComparison.Ordinal
        );
    }
}
