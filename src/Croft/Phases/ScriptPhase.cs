using System.Formats.Tar;
using System.Text;
using Croft.Farms;
using Croft.Guests;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Phases;

/// <summary>
/// A phase given as a script: the whole phases folder goes into the guest as one tar stream, with the variables in a file of it, and the
/// script runs
/// in its own folder there. Nothing of the user's stands in an argument; no shell is built from it.
/// </summary>
sealed class ScriptPhase(IExecution execution, PhaseFiles files)
{
    /// <summary>A name that the phases folder cannot have: it is left out there.</summary>
    const string Run = ".croft";

    /// <summary>Long ago: a guest's clock may be a moment behind, and its tar would complain.</summary>
    static readonly DateTimeOffset Made = DateTimeOffset.UnixEpoch.AddDays(1);

    /// <summary>
    /// Runs it and returns its exit code; 255 when ssh itself failed. What it leaves running goes on, and the log names it.
    /// </summary>
    public async Task<int> RunAsync(
        PlannedMachine machine,
        IGuest guest,
        IGuestShell? shell,
        PhaseFile file,
        PhaseLog log,
        CancellationToken cancel
    )
    {
        // Nobody in the guest can have made a folder of this name before, so tar may make it; every process counts there.
        var mark = PhaseMark.Of(execution.Journal.Folder, file.Phase);
        var name = $"croft-{mark}-{Guid.NewGuid():n}";
        var folder = $"/tmp/{name}";
        var variables = PhaseVariables.For(execution.Plan, machine, execution.Records.GetValueOrDefault(machine.Spec.Name), folder);
        var environment = PhaseVariables.Environment(variables, machine).Append(new(PhaseMark.Variable, mark));
        var script = Script(folder, file, environment);
        var isHeld = false;
        var command = new GuestCommand(Text(folder))
        {
            Input = (stdin, stop) => SendAsync(stdin, name, script, stop),
            Said = log.Add,
            Held = () => isHeld = true,
        };
        var result = await (shell is null ? guest.RunAsync(command, cancel) : shell.RunAsync(command, cancel));
        if (result.Error.Length > 0)
            log.AddLine(result.LastWords);
        if (isHeld)
            Name(await PhaseMark.LeftAsync(guest, mark, execution.Clock, cancel), log);
        return result.ExitCode;
    }

    /// <summary>
    /// One line for the guest's shell. When the files do not fit, tar's first words say why, and its last ones do not; when a program may
    /// not be executed, the
    /// kernel's words do not say that it is for its place.
    /// </summary>
    static string Text(string folder) =>
        $$"""m=$(umask 077; tar -xf - -C /tmp 2>&1) || { e=$?; rm -rf {{folder}}; echo "$m"; echo "the phases folder cannot be unpacked in /tmp: """
        + $$"""$(echo "$m" | grep -m 1 "No space left" || echo "$m" | head -n 1)"; exit $e; }; """
        + $$"""(. {{folder}}/{{Run}}) </dev/null; e=$?; rm -rf {{folder}}; if [ $e -eq 126 ] && grep -q "^[^ ]* /tmp [^ ]* [^ ]*noexec" /proc/mounts; then """
        + """echo "/tmp is mounted noexec in the guest: name the interpreter, as in: sh ./helper.sh"; fi; exit $e""";

    static void Name(string left, PhaseLog log)
    {
        var text = left.Length > 0 ? $"left running: {left}" : "left running: something that holds its output";
        log.Note(text);
        log.Remarks.Add(text);
    }

    /// <summary>What can be decided here is not asked in the guest.</summary>
    string Script(string folder, PhaseFile file, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var relative = Path.GetRelativePath(files.Root, file.File);
        var text = new StringBuilder();
        foreach (var (name, value) in environment)
            text.Append("export ").Append(name).Append('=').Append(ShellWord.Quote(value)).Append('\n');
        text.Append("cd ").Append(ShellWord.Quote($"{folder}/{Path.GetDirectoryName(relative)}")).Append('\n');
        var program = ShellWord.Quote("./" + Path.GetFileName(relative));
        if (!File.GetUnixFileMode(file.File).HasFlag(UnixFileMode.UserExecute))
            text.Append("chmod u+x ").Append(program).Append('\n');
        if (InterpreterOf(file.File) is not [var interpreter, .. var argument])
            return text.Append(IsProgram(file.File) ? "exec " : "exec sh ").Append(program).Append('\n').ToString();
        // As the kernel would, but it also works where /tmp is mounted noexec, and says what is missing.
        text.Append("[ -x ")
            .Append(ShellWord.Quote(interpreter))
            .Append(" ] || { echo ")
            .Append(
                ShellWord.Quote(
                    $"{relative}: bad interpreter: {interpreter.Replace("\r", "^M", StringComparison.Ordinal)} is not in the guest"
                )
            )
            .Append("; exit 127; }\n");
        return text.Append("exec ")
            .AppendJoin(' ', argument.Prepend(interpreter).Select(ShellWord.Quote))
            .Append(' ')
            .Append(program)
            .Append('\n')
            .ToString();
    }

    /// <summary>What the first line names, with its one argument if there is one; empty when it names none.</summary>
    static string[] InterpreterOf(string file)
    {
        using var content = new StreamReader(file);
        var buffer = new char[256];
        var line = new string(buffer, 0, content.ReadBlock(buffer)).Split('\n')[0];
        if (!line.StartsWith("#!", StringComparison.Ordinal))
            return [];
        if (line[2..].Trim(' ', '\t') is not { Length: > 0 } words)
            return [];
        var end = words.IndexOfAny([' ', '\t']);
        return end < 0 ? [words] : [words[..end], words[end..].TrimStart(' ', '\t')];
    }

    /// <summary>Whether it is a program of the processor's, which no shell reads.</summary>
    static bool IsProgram(string file)
    {
        using var content = File.OpenRead(file);
        Span<byte> head = stackalloc byte[4];
        return content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual("\u007fELF"u8);
    }

    async Task SendAsync(Stream stdin, string folder, string script, CancellationToken cancel)
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var tar = new TarWriter(stdin, TarEntryFormat.Pax, leaveOpen: true);
        await tar.WriteEntryAsync(
            new PaxTarEntry(TarEntryType.Directory, folder + "/") { ModificationTime = Made, Mode = Owner | UnixFileMode.UserExecute },
            cancel
        );
        foreach (var file in files.All)
        {
            await using var data = File.OpenRead(Path.Combine(files.Root, file));
            var entry = new PaxTarEntry(TarEntryType.RegularFile, $"{folder}/{file}")
            {
                DataStream = data,
                ModificationTime = Made,
                Mode = File.GetUnixFileMode(data.SafeFileHandle),
            };
            await tar.WriteEntryAsync(entry, cancel);
        }

        using var content = new MemoryStream(Encoding.UTF8.GetBytes(script));
        await tar.WriteEntryAsync(
            new PaxTarEntry(TarEntryType.RegularFile, $"{folder}/{Run}")
            {
                DataStream = content,
                ModificationTime = Made,
                Mode = Owner,
            },
            cancel
        );
    }
}
