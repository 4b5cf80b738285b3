using System.Text.RegularExpressions;

namespace Croft.Machines.Tests;

/// <summary>What a script finds and does when it comes by ssh and when it comes by the guest agent, on one guest.</summary>
public sealed class ScriptsByEveryWay : IAsyncLifetime
{
    const string Thirty = """
        #!/bin/sh
        echo 1 $(id -un) $(id -gn) $(id -Gn)
        echo 2 "$HOME|$USER|$LOGNAME"
        echo 3 "$PATH"
        echo 4 "${LANG-unset}|${LC_ALL-unset}|${TERM-unset}|${TZ-unset}"
        echo 5 $(umask)
        echo 6 $(pwd)
        echo 7 $(ulimit -n) $(ulimit -Hn) $(ulimit -s) $(ulimit -c) $(ulimit -v)
        echo 8 $0 $# "$*"
        echo 9 "$CROFT_GREETING"
        [ -t 0 ] && echo 10 tty || echo 10 no tty
        [ -t 1 ] && echo 11 tty || echo 11 no tty
        echo 12 $(cat | wc -c)
        echo 13 error >&2
        printf '14 no end'; echo
        echo 15 $(tty)
        trap 'echo 16 term' TERM; kill -TERM $$; trap - TERM
        (exit 7); echo 17 $?
        sh -c 'kill -9 $$' 2>/dev/null; echo 18 $?
        yes 2>/dev/null | head -n 1 | sed 's/^/19 /'
        echo 20 $(nice)
        echo 21 $(awk '/^SigIgn|^SigBlk/ { printf "%s ", $2 }' /proc/self/status)
        echo 22 $(ls /proc/self/fd | wc -l)
        printf '23 \303\244\302\265 \t end\n'
        echo 24 $(cat /proc/self/oom_score_adj)
        echo 25 $(awk '/^CapEff|^Seccomp:|^NoNewPrivs/ { print $2 }' /proc/self/status)
        echo 26 $(env | cut -d= -f1 | grep -vE '^(SSH_.*|MAIL|SHLVL)$' | sort)
        touch /tmp/made && stat -c '27 %a %U' /tmp/made; rm /tmp/made
        exec 9>&1; echo 28 nine >&9
        sleep 60 & echo 29 behind
        head -c 300000 /dev/zero | tr '\0' x | wc -c | sed 's/^/30 /'
        exit 3
        """;

    readonly Lab lab = new("both");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task FindAndDoTheSame()
    {
        lab.Write("phases/main.sh", Thirty);
        Write("");
        await lab.MustAsync(0, "up");
        var bySsh = await SaidAsync();
        Write("connection: agent,");
        var byAgent = await SaidAsync();
        Assert.Matches(@"^1 root root root\n2 /root\|root\|root\n", bySsh);
        Assert.Contains("\n30 300000\n[croft: left running: ID sleep]\n", bySsh);
        Assert.Equal(bySsh, byAgent);
        Assert.Equal(44, (await lab.CroftAsync("exec", "a", "--", "exit 300")).ExitCode);
        lab.Write("phases/main.sh", "echo begun; sleep 50; echo never");
        foreach (var way in (string[])["", "connection: agent,"])
        {
            Write(way, "timeouts: { main: 4s }");
            var late = await lab.RunAsync("run", 1, "--keep");
            Assert.StartsWith("begun\n", late.Log("a", "main"));
            Assert.Equal("a: \n", await lab.SucceedsAsync("exec", "a", "--", "pgrep -fx 'sleep 50'; echo"));
        }
    }

    async Task<string> SaidAsync()
    {
        var run = await lab.RunAsync("run", 1, "--keep");
        return Regex.Replace(run.Log("a", "main"), @"[0-9]{8}-[0-9a-f-]+-main-[0-9a-f]+|(?<=running: )\d+", "ID");
    }

    void Write(string way, string more = "") =>
        lab.Write(
            "farm.yaml",
            $$"""
            farm: both
            vms: { list: [ { name: a, platform: debian_12, {{way}} memory: 256MiB } ] }
            project: { phases: phases, allowed_phases: [ main ], vars: { greeting: "it's \"so\" $HOME" }, {{more}} }
            """
        );
}
