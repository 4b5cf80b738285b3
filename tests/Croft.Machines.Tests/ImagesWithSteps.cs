using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>What libguestfs and a program of the user's make of a disk is there when the machine starts.</summary>
public sealed class ImagesWithSteps
{
    /// <summary>libguestfs wants the folder of modules, which a container has not. It is there for Croft alone.</summary>
    const string Modules = """
        [ -d /lib/modules ] || {
          mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work &&
          mount -t overlay -o lowerdir=/usr/lib,upperdir=/mnt/upper,workdir=/mnt/work overlay /usr/lib && mkdir /usr/lib/modules
        } && exec env "$@"
        """;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AreMadeOnceForEachMachine()
    {
        var kernel = await KernelAsync();
        await using var lab = new Lab("steps")
        {
            Inside = tool => new("unshare", ["--mount", "sh", "-c", Modules, "-", .. kernel, tool.Program, .. tool.Arguments]),
        };
        lab.Write("motd", "hello from a step\n");
        lab.Write("step.sh", "qemu-img info \"$1\" >/dev/null && echo \"$CROFT_VM_NAME\" >>../ran\n");
        lab.Write(
            "farm.yaml",
            """
            farm: steps
            platforms:
              p:
                image:
                  name: debian_12
                  per_machine: true
                  steps:
                    - customise: { root_password: secret, user: joe, files: { /etc/motd: motd }, commands: [ "echo $CROFT_VM_NAME >/etc/who" ] }
                    - run: step.sh
            vms: { list: [ { platform: p, name: a } ] }
            """
        );
        await lab.MustAsync(0, "up");
        var told = (await lab.MustAsync(0, "exec", "a", "--", "cat /etc/motd /etc/who; id -un joe; head -1 /etc/shadow")).Output;
        Assert.StartsWith("hello from a step\na\njoe\nroot:$", told.Replace("a: ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", string.Concat(lab.Journal()), StringComparison.Ordinal);
        await lab.MustAsync(0, "destroy", "--yes");
        await lab.MustAsync(0, "up"); // as fast as any other: nothing runs twice
        await lab.MustAsync(0, "destroy", "--yes");
    }

    /// <summary>What libguestfs needs beside its program: a kernel with its modules, which a container's /boot does not have.</summary>
    static async Task<string[]> KernelAsync()
    {
        if (!File.Exists("/usr/bin/virt-customize"))
            Assert.Skip("libguestfs-tools is not installed");
        if (Directory.Exists("/boot") && Directory.EnumerateFiles("/boot", "vmlinuz*").Any())
            return [];
        var folder = Path.Combine(Lab.Cache, "guestfs-kernel");
        if (!Directory.Exists(folder))
        {
            var made = Directory.CreateDirectory($"{folder}.{Environment.ProcessId}").FullName;
            const string fetch = """
                name=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)
                apt-get download "$name" && dpkg -x ./*.deb . && rm ./*.deb
                depmod -b . "$(ls lib/modules)"
                """;
            if ((await new Tool("sh", "-ec", fetch) { Directory = made }.RunAsync(Cancel)) is { ExitCode: not 0 } failed)
                Assert.Skip($"no kernel for libguestfs: {failed.LastWords}");
            Directory.Move(made, folder);
        }

        return
        [
            $"SUPERMIN_KERNEL={Directory.EnumerateFiles(Path.Combine(folder, "boot"), "vmlinuz*").First()}",
            $"SUPERMIN_MODULES={Directory.EnumerateDirectories(Path.Combine(folder, "lib/modules")).First()}",
        ];
    }
}
