using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>Guests that have neither GNU's programs nor bash, Python, Perl or sudo.</summary>
public sealed class GuestsWithoutTheUsual : IAsyncLifetime
{
    /// <summary>What busybox has is busybox's from then on.</summary>
    const string Busybox = """
        set -e
        b=/bin/busybox
        for a in sh ash awk base64 basename cat chmod cmp cp cut date dirname du env find grep head id ln ls mkdir mktemp mv od printf ps readlink rm sed sleep sort stat tail tar touch tr wc xargs; do
          $b rm -f /bin/$a /usr/bin/$a
          $b ln -s $b /usr/bin/$a
        done
        for a in python3 python3.11 perl bash sudo gawk mawk; do $b rm -f /usr/bin/$a /bin/$a; done
        printf '#!/bin/sh\nexec /bin/sh "$@"\n' >/bin/bash; chmod 755 /bin/bash # for the session that is open
        sed -i 's,:/bin/bash$,:SHELL,' /etc/passwd
        mount -t tmpfs -o noexec,mode=1777 none /tmp
        mount -o bind,ro /usr /usr
        sync
        """;

    const string Main = """
        #!/bin/sh
        id -un; wc -c <big; cat sub/*/*
        mkdir -p "/var/tmp/art/deep folder"
        echo one >"/var/tmp/art/deep folder/one"; ln /var/tmp/art/deep*/one /var/tmp/art/again
        echo long >/var/tmp/art/$(printf 'n%.0s' 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0)$(printf '0123456789%.0s' 1 2 3 4 5 6 7 8 9)
        sleep 60 &
        """;

    readonly Lab lab = new("bare");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task RunPhasesSendArtifactsTakeFilesAndFork()
    {
        WriteFarm("user: root");
        lab.Write("phases/init.sh", Busybox.Replace("SHELL", "/bin/sh", StringComparison.Ordinal));
        await AreServedAsync();
        await lab.SucceedsAsync("fork", "a", "--name", "b");
        Assert.Equal("b: b\n", await lab.SucceedsAsync("exec", "b", "--", "cat /etc/hostname"));
    }

    /// <summary>With shells that are no sh and greet whoever comes, and root by a doas that asks nothing.</summary>
    [Theory]
    [InlineData("tcsh", ".cshrc")]
    [InlineData("fish", ".config/fish/config.fish")]
    public async Task AreServedWhateverTheirLoginShell(string shell, string start)
    {
        Lab.OnlyWithAll();
        await TakeAsync("/usr/bin/" + shell);
        WriteFarm("user: debian");
        lab.Write("phases/init.sh", "sudo sh ./bare\n");
        lab.Write(
            "phases/bare",
            $"""
            set -e
            cp shell/{shell} /usr/bin/{shell}; chmod 755 /usr/bin/{shell}
            for l in shell/lib*; do [ -e /usr/lib/x86_64-linux-gnu/$(basename $l) ] || install -m 644 $l /usr/lib/x86_64-linux-gnu/; done
            mkdir -p /usr/libexec; cp -p /usr/bin/sudo /usr/libexec/became
            printf '#!/bin/sh\nexec /usr/libexec/became "$@"\n' >/usr/bin/doas; chmod 755 /usr/bin/doas
            mkdir -p /home/debian/{Path.GetDirectoryName(
                start
            )}; echo echo good morning >/home/debian/{start}; chown -R debian: /home/debian
            {Busybox.Replace("SHELL", "/usr/bin/" + shell, StringComparison.Ordinal)}
            """
        );
        await lab.MustAsync(0, "run", "--keep", "--only", "init");
        WriteFarm("auth: { user: debian, become: doas }", "allowed_phases: [ main, terminate ]");
        await AreServedAsync();
        Assert.Equal("a: it's !! $there\n", await lab.SucceedsAsync("exec", "a", "--", "echo \"it's\" '!!' '$there'"));
        await lab.SucceedsAsync("fork", "a", "--name", "b");
        Assert.Equal("b: root b\n", await lab.SucceedsAsync("exec", "b", "--", "echo $(id -un) $(cat /etc/hostname)"));
    }

    /// <summary>A program of this host, with its libraries: guests of this Debian run it.</summary>
    async Task TakeAsync(string program)
    {
        Assert.SkipUnless(File.Exists(program), $"{program} is not installed");
        var libraries = (await new Tool("ldd", program).RunAsync(CancellationToken.None)).Output.Split('\n').Select(line => line.Trim());
        var shell = Directory.CreateDirectory(Path.Combine(lab.Folder, "phases/shell")).FullName;
        foreach (var file in libraries.Where(line => line.Contains(" => /")).Select(line => line.Split(' ')[2]).Prepend(program))
            File.Copy(file, Path.Combine(shell, Path.GetFileName(file)), overwrite: true);
    }

    async Task AreServedAsync()
    {
        lab.Write("phases/main.sh", Main);
        lab.Write("phases/big", new string('x', 200_000));
        lab.Write($"phases/sub/{new string('d', 90)}/{new string('f', 90)}", "far\n");
        var run = await lab.RunAsync("run", 0, "--keep");
        Assert.Matches(@"^root\n200000\nfar\n\[croft: left running: \d+ sleep\]\n\z", run.Log("a", "main"));
        Assert.Equal("one\n", run.Artifact("a", "var/tmp/art/deep folder/one"));
        Assert.Equal("one\n", run.Artifact("a", "var/tmp/art/again"));
        Assert.Equal("long\n", run.Artifact("a", "var/tmp/art/" + new string('n', 30) + string.Concat(Enumerable.Repeat("0123456789", 9))));
        await lab.MustAsync(0, "cp", "phases", "a:/var/tmp/all");
        await lab.MustAsync(0, "cp", "a:/var/tmp/all/big", "back");
        Assert.Equal(lab.Read("phases/big"), lab.Read("back"));
        await lab.MustAsync(0, "snapshot", "create", "s");
    }

    void WriteFarm(string login, string more = "") =>
        lab.Write(
            "farm.yaml",
            $$"""
            farm: bare
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB, {{login}} } ] }
            project: { phases: phases, artifacts: [ '/var/tmp/art/**' ], {{more}} }
            """
        );
}
