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

    /// <summary>Runs it and returns its exit code; 255 when ssh itself failed.</summary>
    public async Task<int> RunAsync(PlannedMachine machine, Guest guest, PhaseFile file, Action<string> line, CancellationToken cancel)
    {
        var folder = FolderOf(file);
        var variables = PhaseVariables.For(work.Controller.Farm, machine, folder);
        var script = Script(file, PhaseVariables.Environment(variables, machine));
        var result = await (guest.Command($"umask 077; d={folder}; rm -rf \"$d\"; mkdir \"$d\" && tar -xf - -C \"$d\" && echo $$ > \"$d.pid\" && sh \"$d/{Run}\" < /dev/null; e=$?; rm -rf \"$d\" \"$d.pid\"; exit $e") with
        {
            Input = (stdin, stop) => SendAsync(stdin, script, stop),
            Line = line,
        }).RunAsync(cancel);
        return result.ExitCode;
    }

    /// <summary>Ends what a phase started in the guest; its process group is that of the shell that ssh started.</summary>
    public async Task KillAsync(Guest guest, PhaseFile file)
    {
        if (file.IsAnsible)
            return;
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await guest.Command($"p=$(cat {FolderOf(file)}.pid) && kill -TERM -- -$p; sleep 1; kill -KILL -- -$p; rm -rf {FolderOf(file)} {FolderOf(file)}.pid").RunAsync(soon.Token);
        }
        catch (OperationCanceledException)
        {
            // The guest does not answer; it is shut down next anyway.
        }
    }

    string FolderOf(PhaseFile file) => $"/tmp/croft-{work.Journal.Folder.Id}-{PhaseFiles.Name(file.Phase)}";

    string Script(PhaseFile file, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var relative = Path.GetRelativePath(files.Root, file.File);
        var text = new StringBuilder("cd \"$(dirname \"$0\")\"\n");
        foreach (var (name, value) in environment)
            text.Append("export ").Append(name).Append('=').Append(Shell.Quote(value)).Append('\n');
        text.Append("cd ").Append(Shell.Quote("./" + Path.GetDirectoryName(relative))).Append('\n');
        var program = Shell.Quote("./" + Path.GetFileName(relative));
        text.Append("if [ \"$(head -c 2 ").Append(program).Append(")\" = '#!' ]; then chmod u+x ").Append(program).Append("; exec ").Append(program).Append("; fi\n");
        return text.Append("exec sh ").Append(program).Append('\n').ToString();
    }

    async Task SendAsync(Stream stdin, string script, CancellationToken cancel)
    {
        await using var tar = new TarWriter(stdin, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var file in files.All)
            await tar.WriteEntryAsync(Path.Combine(files.Root, file), file, cancel);
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(script));
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, Run) { DataStream = content, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite }, cancel);
    }
}
