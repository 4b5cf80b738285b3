using System.Formats.Tar;
using System.Text;
using Croft.Farms;
using Croft.Guests;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>
/// A phase given as a script: the whole phases folder goes into the guest as one tar stream, with the variables in a file of it, and the script runs
/// in its own folder there. Nothing of the user's stands in an argument; no shell is built from it.
/// </summary>
sealed class ScriptPhase(FarmWork work, PhaseFiles files)
{
    const string Run = "croft-run";

    /// <summary>Long ago: a guest's clock may be a moment behind, and its tar would complain.</summary>
    static readonly DateTimeOffset Made = DateTimeOffset.UnixEpoch.AddDays(1);

    /// <summary>Runs it and returns its exit code; 255 when ssh itself failed.</summary>
    public async Task<int> RunAsync(PlannedMachine machine, IGuest guest, IGuestShell? shell, PhaseFile file, Action<string> line, CancellationToken cancel)
    {
        // Nobody in the guest can have made a folder of this name before, so tar may make it; every process counts there.
        var name = $"croft-{PhaseMark.Of(work.Journal.Folder, file.Phase)}-{Guid.NewGuid():n}";
        var folder = $"/tmp/{name}";
        var variables = PhaseVariables.For(work.Controller.Farm, machine, folder);
        var environment = PhaseVariables.Environment(variables, machine).Append(new(PhaseMark.Variable, PhaseMark.Of(work.Journal.Folder, file.Phase)));
        var script = Script(folder, file, environment);
        var command = new GuestCommand($"(umask 077; exec tar -xf - -C /tmp) && (. {folder}/{Run}) < /dev/null; e=$?; rm -rf {folder}; exit $e")
        {
            Input = (stdin, stop) => SendAsync(stdin, name, script, stop),
            Line = line,
        };
        return (await (shell is null ? guest.RunAsync(command, cancel) : shell.RunAsync(command, cancel))).ExitCode;
    }

    /// <summary>What can be decided here is not asked in the guest.</summary>
    string Script(string folder, PhaseFile file, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var relative = Path.GetRelativePath(files.Root, file.File);
        var text = new StringBuilder();
        foreach (var (name, value) in environment)
            text.Append("export ").Append(name).Append('=').Append(Shell.Quote(value)).Append('\n');
        text.Append("cd ").Append(Shell.Quote($"{folder}/{Path.GetDirectoryName(relative)}")).Append('\n');
        var program = Shell.Quote("./" + Path.GetFileName(relative));
        if (!NamesItsInterpreter(file.File))
            return text.Append("exec sh ").Append(program).Append('\n').ToString();
        if (!File.GetUnixFileMode(file.File).HasFlag(UnixFileMode.UserExecute))
            text.Append("chmod u+x ").Append(program).Append('\n');
        return text.Append("exec ").Append(program).Append('\n').ToString();
    }

    static bool NamesItsInterpreter(string file)
    {
        using var content = File.OpenRead(file);
        return content.ReadByte() == '#' && content.ReadByte() == '!';
    }

    async Task SendAsync(Stream stdin, string folder, string script, CancellationToken cancel)
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var tar = new TarWriter(stdin, TarEntryFormat.Pax, leaveOpen: true);
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, folder + "/") { ModificationTime = Made, Mode = Owner | UnixFileMode.UserExecute }, cancel);
        foreach (var file in files.All)
        {
            await using var data = File.OpenRead(Path.Combine(files.Root, file));
            var entry = new PaxTarEntry(TarEntryType.RegularFile, $"{folder}/{file}") { DataStream = data, ModificationTime = Made, Mode = File.GetUnixFileMode(data.SafeFileHandle) };
            await tar.WriteEntryAsync(entry, cancel);
        }

        using var content = new MemoryStream(Encoding.UTF8.GetBytes(script));
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, $"{folder}/{Run}") { DataStream = content, ModificationTime = Made, Mode = Owner }, cancel);
    }
}
