namespace Croft.Machines.Tests;

public sealed class GuestsThatHaveTheirOwnWays : IAsyncLifetime
{
    const string OddShell = """
        set -e
        cat >/tmp/odd <<'END'
        #!/bin/sh
        # A login shell that greets without a line's end and understands one form alone.
        printf 'good morning'; echo 'mind the gap' >&2
        case $2 in 'exec /bin/sh -c '*) ;; *) echo "odd: $2: Command not found." >&2; exit 1 ;; esac
        exec /bin/sh "$@"
        END
        sudo install -m 755 /tmp/odd /usr/local/bin/odd
        sudo usermod -s /usr/local/bin/odd debian
        """;

    readonly Lab lab = new("ownways");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task AreServedWhateverTheirLoginShellIsAndWhateverPhasesLeaveRunning()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: ownways
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB, user: debian } ] }
            project: { id: ways, phases: phases, artifacts: [ '/tmp/x/**' ] }
            """
        );
        lab.Write("phases/dependencies.sh", OddShell);
        lab.Write(
            "phases/main.sh",
            """
            cd / # what goes on must not stand in the phase's folder, which goes
            mkdir -p /tmp/x; echo one >/tmp/x/one; sudo install -m 600 /tmp/x/one /tmp/x/secret
            while :; do date; done >>/tmp/x/grows 2>&1 &
            sh -c 'sleep 5; while echo tick; do sleep 0.2; done; echo ended >/tmp/x/ended' &
            echo done
            """
        );
        lab.Write("phases/terminate.sh", "sleep 8; [ ! -e /tmp/x/ended ] && echo still there\n");
        foreach (var restored in new[] { false, true })
        {
            var run = await lab.RunAsync("run");
            Assert.Contains("main", run.Steps("a", "passed"));
            Assert.Contains("artifacts", run.Steps("a", "passed"));
            Assert.Contains("terminate", run.Steps("a", "passed"));
            Assert.Equal(restored, run.Steps("a", "passed").Contains("restore dependencies"));
            Assert.Matches(@"^done\n\[croft: left running: .*sh.*\]\n\z", run.Log("a", "main"));
            Assert.Equal("still there\n", run.Log("a", "terminate"));
            Assert.Equal("one\n", run.Artifact("a", "tmp/x/one"));
            Assert.Contains("/tmp/x/secret: Cannot open: Permission denied", run.Reason("a", "artifacts"));
            Assert.StartsWith("left running: ", run.Reason("a", "main"));
        }
    }

    [Fact]
    public async Task ThatRebootUnderAPhaseFailItAndAreTidiedUp()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: ownways
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }
            project: { id: ways, phases: phases, artifacts: [ '/var/tmp/x/**' ] }
            """
        );
        lab.Write(
            "phases/main.sh",
            "mkdir -p /var/tmp/x; echo one >/var/tmp/x/one; sync; (sleep 1; reboot -f) >/dev/null 2>&1 & sleep 60\n"
        );
        lab.Write("phases/terminate.sh", "echo there\n");
        var run = await lab.RunAsync("run", 1);
        Assert.StartsWith("the connection to the guest broke during main", run.Reason("a", "main"));
        Assert.Equal(["artifacts", "terminate", "shutdown"], run.Steps("a", "passed").TakeLast(3));
        Assert.Equal("one\n", run.Artifact("a", "var/tmp/x/one"));
    }

    [Fact]
    public async Task SayPlainlyWhyAScriptCannotRun()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: ownways
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }
            project: { phases: phases }
            """
        );
        lab.Write("phases/main.sh", "#!/bin/zsh -f\necho never\n");
        Assert.Contains("main.sh: bad interpreter: /bin/zsh is not in the guest", (await lab.RunAsync("run", 1)).Reason("a", "main"));

        lab.Write("phases/main.sh", "#!./main.sh\n");
        Assert.Matches(
            "^main ended with exit code 12[67]: .{0,30}: ./main.sh: .{0,40}$",
            (await lab.RunAsync("run", 1)).Reason("a", "main")
        );

        File.Copy("/bin/true", Path.Combine(lab.Folder, "phases/main.sh"), overwrite: true);
        await lab.RunAsync("run");

        lab.Write("phases/dependencies.sh", "mount -t tmpfs -o noexec none /tmp\n");
        lab.Write("phases/main.sh", "#!/bin/sh\necho here; ./helper.sh\n");
        lab.Write("phases/helper.sh", "#!/bin/sh\necho helped\n");
        File.SetUnixFileMode(Path.Combine(lab.Folder, "phases/helper.sh"), (UnixFileMode)0b111_101_101);
        var noexec = await lab.RunAsync("run", 1);
        Assert.StartsWith("here\n", noexec.Log("a", "main"));
        Assert.Contains("/tmp is mounted noexec in the guest", noexec.Reason("a", "main"));

        lab.Write("phases/dependencies.sh", "mount -t tmpfs -o size=64k none /tmp\n");
        lab.Write("phases/big", new string('x', 200_000));
        Assert.Contains("No space left on device", (await lab.RunAsync("run", 1, "--keep")).Reason("a", "main"));
        await lab.RefusesAsync(3, ["No space left on device", "croft exec a -- df -h"], "cp", "phases/big", "a:/tmp/big");
    }
}
