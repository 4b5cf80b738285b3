using System.Text;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Tests.Farms;

/// <summary>Folders as they are on users' disks: with links, pipes, devices, editors' files and what cannot be read.</summary>
public sealed class PhaseFoldersOfEveryKind : IDisposable
{
    readonly TemporaryFolder folder = new();

    public PhaseFoldersOfEveryKind()
    {
        folder.Write(
            "farm.yaml",
            "farm: f\nvms: { permutations: { platforms: [debian_12], targets: [amd64] } }\nproject: { phases: phases }"
        );
        folder.Write("phases/main.sh", "true\n");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task DoNotHangOnWhatNeverEnds()
    {
        await ShellAsync(
            "cd phases; mkfifo pipe; ln -s /dev/zero zero; ln -s pipe piped; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"sock\")'"
        );
        Assert.Equal(["main.sh"], Read().All);
        Assert.Equal(
            [
                "phases/pipe is a named pipe, not a file; it is left out",
                "phases/piped is a named pipe, not a file; it is left out",
                "phases/sock is a socket, not a file; it is left out",
                "phases/zero is a device, not a file; it is left out",
            ],
            Read().Notes
        );
        Assert.Empty(Read().Problems());
    }

    [Fact]
    public async Task RefuseAPhaseThatIsNoFile()
    {
        await ShellAsync("cd phases; rm main.sh; mkfifo main.sh; ln -s ../gone.sh init.sh");
        Assert.Equal(
            [
                "phases/init.sh:1:1: the file of phase init is a link that leads nowhere; put a file there",
                "phases/main.sh:1:1: the file of phase main is a named pipe, not a file; put a file there",
            ],
            Read().Problems().Select(p => p.ToString())
        );
    }

    [Theory]
    [InlineData("ln -s /proc phases/proc", "phases")]
    [InlineData("truncate -s 300M phases/large", "holds more than 256 MiB")]
    [InlineData("mkdir phases/many; cd phases/many; seq 10000 | xargs touch", "holds more than 10,000 files and folders")]
    [InlineData("d=phases; for i in $(seq 40); do d=$d/d; done; mkdir -p $d", "is more than 32 folders deep")]
    public async Task AreBounded(string made, string problem)
    {
        await ShellAsync(made);
        var found = Read().Problems().First();
        Assert.Contains(problem, found.Message);
        Assert.Equal("farm.yaml:3:10", found.At!.ToString());
    }

    [Fact]
    public async Task LeaveOutWhatToolsLeaveBehind()
    {
        await ShellAsync(
            "cd phases; mkdir -p .git .croft/runs; touch .git/config .croft/lock main.sh~ .main.sh.swp '#main.sh#' .DS_Store; ln -s me@box.123 '.#main.sh'; touch .hidden data.swp"
        );
        Assert.Equal([".hidden", "data.swp", "main.sh"], Read().All);
        Assert.Empty(Read().Notes);
    }

    [Fact]
    public async Task MayBeTheFarmsOwn()
    {
        await ShellAsync("mkdir .croft; touch .croft/lock main.sh; sed -i 's/phases: phases/phases: ./' farm.yaml; ln -s .. phases/up");
        Assert.Equal(["main.sh", "phases/main.sh"], Read().All);
        Assert.Equal("phases/up is a link to a folder above it; it is left out", Assert.Single(Read().Notes));
    }

    [Fact]
    public async Task AreFollowedOutOfThemselves()
    {
        await ShellAsync(
            "mkdir ci; echo one > lib.sh; echo two > ci/test.sh; chmod +x ci/test.sh; cd phases; rm main.sh; ln -s ../lib.sh; ln -s ../ci/test.sh main.sh; ln -s ../ci; ln -s . loop"
        );
        var files = Take();
        Assert.Equal(["ci/test.sh", "lib.sh", "main.sh"], files.All);
        Assert.Null(new FileInfo(Path.Combine(files.Root, "main.sh")).LinkTarget);
        Assert.Equal(("one\n", "two\n"), (Copied(files, "lib.sh"), Copied(files, "main.sh")));
        Assert.True(File.GetUnixFileMode(Path.Combine(files.Root, "main.sh")).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public async Task NameWhatIsNoUtf8()
    {
        await ShellAsync("touch \"phases/$(printf 'caf\\351')\"");
        Assert.Equal(["main.sh"], Read().All);
        Assert.Equal("phases/caf\ufffd has a name that is not UTF-8; it is left out", Assert.Single(Read().Notes));
        await ShellAsync("rm phases/caf*"); // .NET cannot
    }

    [Fact]
    public async Task WithoutAPhasesFileAreWarnedOf()
    {
        await ShellAsync("cd phases; rm -rf *; echo true > main.txt; mkdir debian12; echo true > debian12/main.sh");
        Assert.Equal(
            "phases has no phase's file, such as main.sh or main.yaml: nothing will run in the guests",
            Assert.Single(Read().Notes)
        );
    }

    [Theory]
    [InlineData("touch phases", "is a file, not a folder")]
    [InlineData("ln -s nowhere phases", "is a link that leads nowhere")]
    [InlineData("ln -s phases phases", "is a link that leads nowhere")]
    [InlineData("mkfifo phases", "is a named pipe, not a folder")]
    public async Task ThatAreNoneAreNamedForWhatTheyAre(string made, string why)
    {
        await ShellAsync($"rm -r phases; {made}");
        var problem = Assert.Single(FarmFile.Read(Path.Combine(folder.Path, "farm.yaml"), Reading.Defaults).Problems);
        Assert.EndsWith($"/phases {why}", problem.Message, StringComparison.Ordinal);
    }

    /// <summary>What the lock pins is in the keys of layers already.</summary>
    [Fact]
    public async Task AreNoMatterOfTheFarmsOwnFiles()
    {
        await ShellAsync(
            "rm -r phases; ln -s . phases; touch main.sh croft.lock; mkdir lib; touch lib/croft.lock; ln -s farm.yaml sent.yaml"
        );
        Assert.Equal(["lib/croft.lock", "main.sh", "sent.yaml"], Read().All);
    }

    [Theory]
    [InlineData("Init.sh")]
    [InlineData("init.py")]
    [InlineData("INIT.YML")]
    [InlineData("init")]
    public async Task WithAFileNamedAlmostAsAPhaseAreWarnedOf(string name)
    {
        await ShellAsync($"cd phases; echo true >{name}; mkdir lib; echo true >lib/{name}");
        Assert.Equal($"phases/{name} is not run: phase init is init.sh, init.yaml or init.yml", Assert.Single(Read().Notes));
        await ShellAsync("cd phases; echo true >init.sh");
        Assert.Empty(Read().Notes);
    }

    [Fact]
    public async Task OfWindowsAreRunAsUnixHasThem()
    {
        await ShellAsync(
            "cd phases; printf '\\357\\273\\277#!/bin/bash\\r\\necho a\\r\\n' > main.sh; printf 'a\\r\\n' > lib.sh; printf 'a\\r\\n' > data; printf '\\357\\273\\277true\\n' > init.sh"
        );
        var files = Take();
        Assert.Equal(
            ("#!/bin/bash\necho a\n", "true\n", "a\r\n", "a\r\n"),
            (Copied(files, "main.sh"), Copied(files, "init.sh"), Copied(files, "lib.sh"), Copied(files, "data"))
        );
        Assert.Equal(["phases/init.sh", "phases/lib.sh", "phases/main.sh"], files.Notes.Select(n => n.Split(' ')[0]));
        foreach (var note in files.Notes)
            await ShellAsync(note[note.IndexOf("sed -i", StringComparison.Ordinal)..]);
        Assert.Empty(Read().Notes);
        Assert.Equal("#!/bin/bash\necho a\n", File.ReadAllText(Path.Combine(folder.Path, "phases/main.sh")));
    }

    [Fact]
    public async Task ScriptsInUtf16AreRefusedWithACureThatCanBePasted()
    {
        var script = folder.Write("phases/main.sh", "");
        await File.WriteAllTextAsync(script, "echo a\r\n", Encoding.Unicode, TestContext.Current.CancellationToken);
        var problem = Assert.Single(Read().Problems());
        Assert.Contains("phase main is UTF-16", problem.Message, StringComparison.Ordinal);
        await ShellAsync(problem.Hint!);
        Assert.Empty(Read().Problems());
    }

    [Fact]
    public void AreTakenAsTheyWereHashed()
    {
        folder.Write("phases/data", "one");
        var first = Take();
        folder.Write("phases/data", "two");
        Assert.Equal("one", Copied(first, "data"));
        Assert.NotEqual(first.Digest, Read().Digest);
        var second = Take();
        Assert.Equal((second.Digest, "two"), (Read().Digest, Copied(second, "data")));
        Assert.False(Directory.Exists(first.Root));
        Assert.Equal(Path.Combine(folder.Path, "phases"), second.Source);
    }

    [Theory]
    [InlineData("rw-rw-r--", "rw-r--r--")]
    [InlineData("rwxrwxr-x", "rwxr-xr-x")]
    [InlineData("rw-------", "rw-------")]
    [InlineData("r-x------", "rwx------")]
    public void KeepOfPermissionsWhatGitAndSshLookAt(string written, string taken)
    {
        File.SetUnixFileMode(folder.Write("phases/key", ""), Mode(written));
        Assert.Equal(Mode(taken), File.GetUnixFileMode(Path.Combine(Take().Root, "key")));
    }

    [Fact]
    public void EndWhenTheCommandIsCancelled() =>
        Assert.Throws<OperationCanceledException>(() => PhaseFiles.Read(Farm, new(canceled: true)));

    static UnixFileMode Mode(string text) => (UnixFileMode)text.Aggregate(0, (mode, c) => (mode << 1) | (c == '-' ? 0 : 1));

    static string Copied(PhaseFiles files, string name) => File.ReadAllText(Path.Combine(files.Root, name));

    async Task ShellAsync(string script) =>
        await new Tool("bash", "-ec", script) { Directory = folder.Path }.RunCheckedAsync(
            "making files",
            TestContext.Current.CancellationToken
        );

    PhaseFiles Read() => PhaseFiles.Read(Farm, TestContext.Current.CancellationToken);

    PhaseFiles Take() => PhaseFiles.Take(Farm, CancellationToken.None);

    Farm Farm => FarmFile.Read(Path.Combine(folder.Path, "farm.yaml"), Reading.Defaults).Require();
}
