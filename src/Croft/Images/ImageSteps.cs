using System.Security.Cryptography;
using System.Text;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

/// <summary>Does the steps of an image to a copy of its disk.</summary>
/// <param name="shown">The image's name.</param>
/// <param name="work">A folder for what is needed meanwhile.</param>
/// <param name="report">Takes what is being done.</param>
sealed class ImageSteps(string shown, string work, Action<string> report)
{
    /// <summary>What libguestfs needs on a host of Debian or Ubuntu.</summary>
    public const string Cure = "apt-get install libguestfs-tools linux-image-amd64";

    /// <summary>Why steps cannot be done on this host; null when they can.</summary>
    /// <param name="kernel">Of libguestfs's own machine; null takes one of <c>/boot</c>.</param>
    public static string? Missing(SteppedImage image, string? kernel) =>
        image.IsCustomised && MissingProgram("virt-customize", kernel) is { } missing ? $"customise cannot be: {missing}" : null;

    /// <summary>Why a program of libguestfs cannot run on this host; null when it can.</summary>
    public static string? MissingProgram(string program, string? kernel) =>
        !((string[])["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]).Any(folder => File.Exists(Path.Combine(folder, program)))
            ? $"{program} is not installed"
        : kernel is null && (!Directory.Exists("/boot") || !Directory.EnumerateFiles("/boot", "vmlinu*").Any(IsReadable))
            ? $"{program} needs a kernel in /boot that this user may read, and there is none"
        : !Directory.Exists("/lib/modules") ? $"{program} needs the folder /lib/modules, which comes with a kernel, and there is none"
        : null;

    /// <summary>What decides the result: each step, the content of its files, and passwords by a hash with this store's key.</summary>
    public static string Digest(SteppedImage image, byte[] key)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in image.Steps.SelectMany(step => PartsOf(step, key)).Concat(image.Vm is { } vm ? ["vm", vm] : []))
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes((long)bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static IEnumerable<string> PartsOf(ImageStep step, byte[] key) =>
        step switch
        {
            ConvertStep convert => ["convert", convert.Format],
            ResizeStep resize => ["resize", $"{resize.Size}"],
            ReplaceStep replace => ["replace", replace.Sha256],
            RunStep run => ["run", ContentOf(run.File)],
            CustomiseStep c =>
            [
                "customise",
                c.Hostname ?? "",
                c.RootPassword is { } password ? Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(password))) : "",
                c.User ?? "",
                string.Join('\n', c.Keys),
                string.Join('\n', c.Packages),
                .. c.Files.SelectMany(file => (string[])[file.Guest, ContentOf(file.Host)]),
                c.FirstBoot is { } script ? ContentOf(script) : "",
                string.Join('\n', c.Commands),
            ],
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, "a step of no known kind"),
        };

    static string ContentOf(string file)
    {
        if (!File.Exists(file))
            return "";
        using var open = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(open));
    }

    static bool IsReadable(string file)
    {
        try
        {
            using var open = File.OpenRead(file);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Does them, and leaves the disk as qcow2 where it was.</summary>
    public async Task RunAsync(SteppedImage image, string disk, CancellationToken cancel)
    {
        var format = "qcow2";
        foreach (var step in image.Steps)
        {
            format =
                step is ReplaceStep ? "qcow2"
                : step is ConvertStep { Format: var wanted } ? await ConvertAsync(disk, format, wanted, cancel)
                : format;
            await (
                step switch
                {
                    ResizeStep resize => ResizeAsync(disk, format, resize.Size, cancel),
                    ReplaceStep replace => ReplaceAsync(replace, disk, cancel),
                    RunStep own => RunAsync(own.File, disk, image.Vm, cancel),
                    CustomiseStep customise => CustomiseAsync(customise, disk, format, image.Vm, cancel),
                    _ => Task.CompletedTask,
                }
            );
            if (step is RunStep run)
                format = await FormatAfterAsync(run.File, disk, format, cancel);
        }

        format = (await DiskFile.ProbeAsync(disk, $"image \"{shown}\", after its steps,", ImageCures.None, cancel)).Format;
        await ConvertAsync(disk, format, "qcow2", cancel);
    }

    /// <summary>What a program of the user's left of the disk.</summary>
    async Task<string> FormatAfterAsync(string program, string disk, string before, CancellationToken cancel)
    {
        var node = FileNode.At(disk);
        var isLink = new FileInfo(disk).LinkTarget is not null;
        if (node.Refusal is not null || isLink)
            throw CroftException.World(
                $"image \"{shown}\": step run: {program} left no disk: {(node.Kind == FileKind.Nothing ? "there is nothing at" : isLink ? "there is a link at" : "it is no file that is at")} the path that it got",
                "leave the disk there, as a file of its own, in any format"
            );
        var left = $"image \"{shown}\", after {program},";
        var now = (await DiskFile.ProbeAsync(disk, left, ImageCures.None, cancel)).Format;
        return now != "raw" || before == "raw" || (await FileContent.ReadAsync(disk, cancel)).IsDisk
            ? now
            : throw CroftException.World(
                $"{left} is not a disk that boots: no qcow2, and its first sector does not end in 55 aa",
                "if it is to be such a raw disk, write - convert: raw before this step"
            );
    }

    async Task<string> ConvertAsync(string disk, string from, string to, CancellationToken cancel)
    {
        if (from == to)
            return to;
        report("converting");
        var other = Path.Combine(work, "converted");
        await CheckedAsync(new Tool("qemu-img", "convert", "-f", from, "-O", to, disk, other), "convert", cancel);
        File.Move(other, disk, overwrite: true);
        return to;
    }

    async Task ResizeAsync(string disk, string format, long size, CancellationToken cancel)
    {
        report("resizing");
        var now = (await DiskFile.ProbeAsync(disk, $"image \"{shown}\"", ImageCures.None, cancel)).Size;
        if (size < now)
            throw CroftException.World(
                $"image \"{shown}\": resize: {size >> 20} MiB is smaller than the disk, which has {now >> 20} MiB",
                "write as much or more"
            );
        await CheckedAsync(new Tool("qemu-img", "resize", "-q", "-f", format, disk, $"{size}"), "resize", cancel);
    }

    async Task ReplaceAsync(ReplaceStep step, string disk, CancellationToken cancel)
    {
        report("copying");
        await CheckedAsync(new Tool("cp", "--reflink=auto", "--sparse=always", "--", step.File, disk), "replace", cancel);
        if (await Checksum.Sha256Async(disk, cancel) is var digest && digest != step.Sha256)
            throw CroftException.World(
                $"image \"{shown}\": {step.File} has the wrong checksum: expected sha256:{step.Sha256}, got sha256:{digest}"
            );
    }

    Task RunAsync(string program, string disk, string? vm, CancellationToken cancel)
    {
        report($"running {Path.GetFileName(program)}");
        var isProgram = OperatingSystem.IsWindows() || (File.GetUnixFileMode(program) & UnixFileMode.UserExecute) != 0;
        var tool = isProgram ? new Tool(program, disk) : new Tool("sh", program, disk);
        var environment = vm is null ? [] : VmVariable.Environment(vm).ToDictionary(v => v.Key, v => (string?)v.Value);
        // Heard line by line, it may say as much as it likes.
        return CheckedAsync(tool with { Directory = work, Environment = environment, Line = _ => { } }, $"run: {program}", cancel);
    }

    async Task CustomiseAsync(CustomiseStep step, string disk, string format, string? vm, CancellationToken cancel)
    {
        report("customising");
        var secret = Path.Combine(work, "password");
        if (step.RootPassword is { } password)
            await PrivateFile.WriteAsync(secret, password, cancel); // everybody on this host may read a program's arguments
        string[] words = ["--quiet", "--format", format, "--add", disk, .. Changes(step, secret, vm)];
        try
        {
            await CheckedAsync(new Tool("virt-customize", words) { Environment = Guestfs(work) }, "customise", cancel);
        }
        finally
        {
            File.Delete(secret);
        }
    }

    /// <summary>In virt-customize's words, which does them in this order.</summary>
    /// <param name="secret">The file with root's password.</param>
    static IEnumerable<string> Changes(CustomiseStep step, string secret, string? vm)
    {
        if (step.Packages.IsEmpty)
            yield return "--no-network";
        foreach (
            var (option, value) in (IEnumerable<(string, string?)>)
                [
                    ("--hostname", step.Hostname),
                    ("--install", step.Packages.IsEmpty ? null : string.Join(',', step.Packages)),
                    ("--root-password", step.RootPassword is null ? null : $"file:{secret}"),
                    ("--run-command", step.User is { } user ? $"id {user} >/dev/null 2>&1 || useradd -m -s /bin/sh {user}" : null),
                    .. step.Keys.Select(key => ("--ssh-inject", (string?)$"root:string:{key}")),
                    .. step.Files.Select(file => ("--upload", (string?)$"{file.Host}:{file.Guest}")),
                    ("--firstboot", step.FirstBoot),
                    .. step.Commands.Select(command => ("--run-command", (string?)(Exports(vm) + command))),
                ]
        )
        {
            if (value is null)
                continue;
            yield return option;
            yield return value;
        }
    }

    static string Exports(string? vm) =>
        vm is null ? "" : string.Concat(VmVariable.Environment(vm).Select(v => $"export {v.Key}={ShellWord.Quote(v.Value)}; "));

    /// <summary>What libguestfs's programs run with. Where the processor has no KVM, they would wait for it for ever.</summary>
    public static Dictionary<string, string?> Guestfs(string work)
    {
        var environment = new Dictionary<string, string?> { ["LIBGUESTFS_BACKEND"] = "direct", ["TMPDIR"] = work };
        const string processor = "/proc/cpuinfo";
        if (
            System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64
            && File.Exists(processor)
            && !File.ReadLines(processor)
                .Any(line =>
                    line.StartsWith("flags", StringComparison.Ordinal)
                    && line.Split(' ') is var f
                    && (f.Contains("vmx") || f.Contains("svm"))
                )
        )
            environment["LIBGUESTFS_BACKEND_SETTINGS"] = "force_tcg";
        return environment;
    }

    async Task CheckedAsync(Tool tool, string step, CancellationToken cancel)
    {
        var result = await tool.RunAsync(cancel);
        if (result.ExitCode != 0)
            throw CroftException.World(
                $"image \"{shown}\": step {step} failed: {Path.GetFileName(tool.Program)} ended with exit code {result.ExitCode}: {Complaint(result).Replace(work + "/", "", StringComparison.Ordinal)}"
            );
    }

    /// <summary>libguestfs says what is wrong, and then at length how to report that.</summary>
    static string Complaint(ToolResult result) =>
        result.Error.Split('\n').LastOrDefault(line => line.StartsWith("virt-customize: error: ", StringComparison.Ordinal)) is { } line
            ? PlainText.Line(line)
            : result.LastWords;
}
