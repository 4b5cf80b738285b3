using Croft.Testing;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>Guests that are entered otherwise than by Croft's key on port 22.</summary>
public sealed class WaysIn : IAsyncLifetime
{
    const string Word = "pa ss'w\"$rd";

    readonly Lab lab = new("ways");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task ArePasswordsThatPeopleAreAskedForBeforeAnyViewDraws()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: ways
            platforms: { d: { image: debian_12, memory: 256MiB, wait: none } }
            vms: { list: [ { name: a, platform: d, auth: { user: me, password: ask, become: { method: su, password: ask } } } ] }
            """
        );
        var up = lab.Tool("up");
        var said = await TestedProgram.RunAsync(
            up with
            {
                Program = "script",
                Arguments = ["-qec", string.Join(' ', up.Arguments.Prepend(up.Program).Select(a => $"'{a}'")), "/dev/null"],
                Input = (input, cancel) => input.WriteAsync("word\nother\n"u8.ToArray(), cancel).AsTask(),
            },
            TestContext.Current.CancellationToken
        );
        Assert.True(said.ExitCode == 0, said.Output);
        Assert.Matches("(?s)Password of me: .*Password of root: .*1 of 1 machines up", said.Output);
    }

    /// <summary>One without network by its agent, one by password on another port, whose root is su's.</summary>
    [Fact]
    public async Task ArePasswordsOnAnyPortAndAgentsWithoutANetwork()
    {
        lab.Write("word", Word + "\n");
        WriteFarm("sudo");
        lab.Write(
            "phases/main.sh",
            """
            id -un; wc -c <big; echo art >/root/art
            sleep 60 &
            exit 3
            """
        );
        lab.Write("phases/big", new string('x', 200_000));
        var run = await lab.RunAsync("run", 1, "b");
        Assert.Matches(@"^root\n200000\n\[croft: left running: .*sleep.*\]\n\z", run.Log("b", "main"));
        Assert.Equal("art\n", run.Artifact("b", "root/art"));

        await lab.MustAsync(0, "up");
        await lab.MustAsync(
            0,
            "exec",
            "a",
            "--",
            "(printf root:; cat /dev/null; echo toor) | chpasswd; rm -f /etc/sudoers.d/admin /home/admin/.ssh/authorized_keys; sync"
        );
        await new Tool("ssh", "-F", Path.Combine(lab.Folder, ".croft/ssh_config"), "-O", "exit", "a").RunAsync(CancellationToken.None);
        WriteFarm("{ method: su, password: { command: echo toor } }");
        Assert.Equal("a: root\na: there\n", await lab.SucceedsAsync("exec", "a", "--", "id -un; echo there >/root/x" + "; cat /root/x"));
        await lab.MustAsync(0, "cp", "a:/root/x", "here");
        Assert.Equal("there\n", lab.Read("here"));
        await lab.MustAsync(0, "cp", "phases", "b:/root/all");
        Assert.Equal("b: 200000\n", await lab.SucceedsAsync("exec", "b", "--", "wc -c </root/all/big"));
        await lab.SucceedsAsync("exec", "b", "--", "mount -t tmpfs -o size=16k none /var/tmp; cat /dev/zero >/var/tmp/x 2>/dev/null; :");
        Assert.Equal("b: root\n", await lab.SucceedsAsync("exec", "b", "--", "id -un; umount -l /var/tmp"));
        await lab.RefusesAsync(2, ["connection: agent"], "ssh", "b");
        Assert.Equal(
            [],
            Directory
                .EnumerateFiles(Path.Combine(lab.Folder, ".croft"), "*", SearchOption.AllDirectories)
                .Where(file => new FileInfo(file).LinkTarget is null && File.ReadAllText(file).Contains(Word, StringComparison.Ordinal))
        );
        lab.Write("word", "wrong\n");
        await new Tool("ssh", "-F", Path.Combine(lab.Folder, ".croft/ssh_config"), "-O", "exit", "a").RunAsync(CancellationToken.None);
        Assert.Contains("Permission denied", (await lab.MustAsync(255, "exec", "a", "--", "true")).Output);
    }

    void WriteFarm(string become) =>
        lab.Write(
            "farm.yaml",
            $$"""
            farm: ways
            vms:
              list:
                - name: a
                  platform: debian_12
                  memory: 256MiB
                  port: 2222
                  auth: { user: admin, password: { file: word }, become: {{become}} }
                - { name: b, platform: debian_12, memory: 256MiB, connection: agent, networks: [] }
            project: { phases: phases, artifacts: [ '/root/art' ] }
            """
        );
}
