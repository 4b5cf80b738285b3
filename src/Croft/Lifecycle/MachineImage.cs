using System.Text.Json;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Images;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>
/// Makes a platform of the user's own of a machine: its disk, sealed, so that machines which begin with it are nobody's copy. It is a file
/// <c>NAME.yaml</c> in the folder of the user's platforms, with the disk beside.
/// </summary>
public static class MachineImage
{
    /// <summary>Behind a disk's name while it is made.</summary>
    const string Making = "making-";

    /// <summary>What of a Debian or other Linux guest is a machine's own, where virt-sysprep does not say.</summary>
    static readonly string[] Own =
    [
        "/etc/hostname",
        "/etc/resolv.conf",
        "/etc/ssh/ssh_host_ed25519_key",
        "/etc/ssh/ssh_host_ed25519_key.pub",
        "/etc/ssh/ssh_host_rsa_key",
        "/etc/ssh/ssh_host_rsa_key.pub",
        "/etc/ssh/ssh_host_ecdsa_key",
        "/etc/ssh/ssh_host_ecdsa_key.pub",
        "/etc/machine-id",
        "/var/lib/dbus/machine-id",
        "/var/lib/croft/instance",
        "/var/lib/cloud/instance",
        "/var/lib/systemd/random-seed",
        "/root/.bash_history",
        "/root/.ssh/authorized_keys",
    ];

    /// <summary>The same of containers: what is in folders, whose modes stay.</summary>
    static readonly string[] OfContainers =
    [
        "/var/lib/croft/seed/",
        "/var/lib/cloud/seed/nocloud/",
        "/var/lib/cloud/instances/",
        "/var/lib/cloud/data/",
    ];

    static void RequireFree(string name, string disk, string text, Farm farm)
    {
        if (!IsName(name))
            throw CroftException.Usage($"\"{name}\" is no name of an image", "write letters, digits, - and _, first a letter");
        if (File.Exists(text))
            throw CroftException.Usage($"there is an image \"{name}\" already, {text}", $"rm {text} {disk} removes it");
        if (Catalogue.Resolve(name, farm.Families) is not null)
            throw CroftException.Usage(
                $"\"{name}\" is a platform of the catalogue, and all your farms would take this image in its place",
                "take another name"
            );
        if (File.Exists(disk)) // of a platform that was renamed, or the user's own
            throw CroftException.Usage(
                $"there is a disk {disk} already, which a platform of another name may stand on",
                $"another name, or mv {ShellWord.Pasted(disk)} elsewhere"
            );
    }

    /// <summary>Makes it.</summary>
    /// <param name="platforms">The folder of the user's platforms.</param>
    /// <param name="tell">Takes what is being done.</param>
    public static async Task CreateAsync(
        OpenFarm openFarm,
        ExistingMachine machine,
        string name,
        string platforms,
        Action<string> tell,
        CancellationToken cancel
    )
    {
        var (disk, text) = (Path.Combine(platforms, $"{name}.disk"), Path.Combine(platforms, $"{name}.yaml"));
        RequireFree(name, disk, text, openFarm.Farm);
        var spec = openFarm.Farm.Machines.FirstOrDefault(m => m.Name == machine.Record.Name)
            ?? throw CroftException.Usage($"the farm does not declare machine \"{machine.Record.Name}\" any more");
        if (!spec.IsContainer && machine.Record.Disks.Length != 1)
            tell($"Machine \"{spec.Name}\" has further disks; the image has the root disk only.");
        using var alone = await FileLock.EnterAsync(Path.Combine(platforms, ".lock"), "croft image create", cancel);
        foreach (var left in Directory.EnumerateFiles(platforms, $"{name}.disk.{Making}*")) // of a command that was killed
            File.Delete(left);
        var made = $"{disk}.{Making}{Guid.NewGuid():N}";
        try
        {
            await PrivateFile.WriteAsync(made, "", cancel); // what was on the machine is its user's: never readable by others
            if (spec.IsContainer)
            {
                await TakeRootAsync(openFarm, machine, made, tell, cancel);
            }
            else
            {
                await CopyAsync(openFarm, machine, made, tell, cancel);
                await SealAsync(spec, made, openFarm.Settings.GuestfsKernel, tell, cancel);
            }

            File.Move(made, disk);
            await File.WriteAllTextAsync($"{text}.new", Text(spec, disk, await Checksum.Sha256Async(disk, cancel)), cancel);
            File.Move($"{text}.new", text);
        }
        finally
        {
            File.Delete(made);
            File.Delete($"{made}.raw");
        }
    }

    static bool IsName(string name) =>
        name.Length is > 0 and <= 40 && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>A container's root file system is an archive of its hypervisor's; it runs on meanwhile.</summary>
    static async Task TakeRootAsync(OpenFarm openFarm, ExistingMachine machine, string file, Action<string> tell, CancellationToken cancel)
    {
        tell($"Taking the root file system of machine \"{machine.Record.Name}\".");
        var raw = $"{file}.raw";
        await PrivateFile.WriteAsync(raw, "", cancel);
        await openFarm.Engine(machine.Hypervisor).CopyDiskAsync(machine.Record, raw, cancel);
        tell("Sealing it: host keys, names, ids and histories go.");
        await SealedRoot.WriteAsync(raw, file, [.. Own, .. OfContainers], cancel);
    }

    /// <summary>A running machine stands still meanwhile, with all on its disk that its guest has written.</summary>
    static async Task CopyAsync(OpenFarm openFarm, ExistingMachine machine, string file, Action<string> tell, CancellationToken cancel)
    {
        var engine = openFarm.Engine(machine.Hypervisor);
        var isRunning = machine.State.Power == PowerState.Running;
        tell($"Copying the disk of machine \"{machine.Record.Name}\"{(isRunning ? ", which stands still meanwhile" : "")}.");
        if (isRunning)
        {
            if (openFarm.GuestOf(machine) is { } guest && await guest.SyncAsync(cancel) is { } refusal)
                tell($"{IGuest.Unwritten}: {refusal}");
            await engine.PauseAsync(machine.Record.Id, cancel);
        }

        try
        {
            await engine.CopyDiskAsync(machine.Record, file, cancel);
        }
        finally
        {
            if (isRunning)
                await engine.ResumeAsync(machine.Record.Id, CancellationToken.None);
        }
    }

    static async Task SealAsync(MachineSpec spec, string disk, string? kernel, Action<string> tell, CancellationToken cancel)
    {
        if (spec.Image.Origin is BuiltImage)
        {
            tell("Sealing it: host keys, names, ids and histories go.");
            await SealBuiltAsync(disk, cancel);
            return;
        }

        if (ImageSteps.MissingProgram("virt-sysprep", kernel) is { } missing)
        {
            tell(
                $"It is not sealed: {missing} ({ImageSteps.Cure}). cloud-init gives each machine its own name and keys; its machine-id stays."
            );
            return;
        }

        tell("Sealing it by virt-sysprep.");
        await new Tool("virt-sysprep", "--quiet", "--format", "qcow2", "--add", disk)
        {
            Environment = ImageSteps.Guestfs(Path.GetDirectoryName(disk)!),
        }.RunCheckedAsync("sealing the image", cancel);
    }

    /// <summary>Croft's own images are one file system, into which e2fsprogs can write.</summary>
    static async Task SealBuiltAsync(string disk, CancellationToken cancel)
    {
        var raw = $"{disk}.raw";
        await PrivateFile.WriteAsync(raw, "", cancel);
        await new Tool("qemu-img", "convert", "-O", "raw", disk, raw).RunCheckedAsync("sealing the image", cancel);
        await new Tool("e2fsck", "-fy", raw).RunAsync(cancel); // replays the journal of a guest that did not shut down
        var commands = string.Concat(Own.Select(path => $"rm {path}\n")) + "write /dev/null /etc/machine-id\n";
        await new Tool("debugfs", "-w", "-f", "-", raw)
        {
            Input = async (input, stop) => await input.WriteAsync(System.Text.Encoding.ASCII.GetBytes(commands), stop),
        }.RunCheckedAsync("sealing the image", cancel);
        await new Tool("e2fsck", "-fy", raw).RunAsync(cancel);
        await new Tool("qemu-img", "convert", "-O", "qcow2", raw, disk).RunCheckedAsync("sealing the image", cancel);
        File.Delete(raw);
    }

    /// <summary>The platform's file. A built image brings its kernel, and a step puts the disk in its place.</summary>
    static string Text(MachineSpec spec, string disk, string digest)
    {
        var begin = $"# Written by croft image create. Remove this file and {Quoted(disk)} to remove the image.\n";
        if (spec.IsContainer)
            return $"{begin}image: {{ file: {Quoted(disk)}, sha256: {digest} }}\nruntime: container\narch: {spec.Arch}\nmemory: {spec.Memory >> 20}MiB\nuser: {spec.User}\n";
        var image = spec.Image.Origin is BuiltImage built
            ? $"""
                image:
                  build: mmdebstrap
                  suite: {built.Suite}
                  flavour: {built.Flavour.ToString().ToLowerInvariant()}
                  packages: [{string.Join(", ", built.Packages)}]
                {(built.Mirror is { } mirror ? $"  mirror: {Quoted(mirror)}\n" : "")}  steps: [ {"{"} replace: {Quoted(
                    disk
                )}, sha256: {digest} {"}"} ]

                """
            : $"image: {{ file: {Quoted(disk)}, sha256: {digest} }}\n";
        var firmware = spec.Firmware.ToString().ToLowerInvariant();
        return $"{begin}{image}arch: {spec.Arch}\nmemory: {spec.Memory >> 20}MiB\nfirmware: {firmware}\nuser: {spec.User}\n";
    }

    static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
