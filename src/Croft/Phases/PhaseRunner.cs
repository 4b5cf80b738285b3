using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Phases;

/// <summary>Runs phases in guests and fetches what they made.</summary>
/// <param name="output">Takes every line of every phase, with the machine's name; null does not.</param>
sealed class PhaseRunner(IExecution execution, PhaseFiles files, Action<string, string>? output)
{
    /// <summary>Whether any phase is Ansible's.</summary>
    public bool HasAnsible => files.HasAnsible;

    readonly ScriptPhase script = new(execution, files);
    readonly AnsiblePhase ansible = new(execution, files);

    /// <summary>The file that gives a phase; null when there is none.</summary>
    public PhaseFile? Find(Phase phase, MachineSpec machine) => files.Find(phase, machine.Platform, machine.Target);

    /// <summary>Runs a phase in a guest that is ready.</summary>
    /// <param name="remark">Takes what should be known of it besides.</param>
    /// <param name="shell">One that waits for a command there, or null.</param>
    /// <returns>What it took from the project's folder.</returns>
    /// <exception cref="CroftException">It failed, took too long, or the guest went away.</exception>
    public async Task<LayerTrace> RunAsync(
        PlannedMachine machine,
        PhaseFile file,
        IGuestShell? shell,
        Action<string> remark,
        CancellationToken cancel
    )
    {
        await using var used = shell;
        ansible.Now = null;
        var name = PhaseFiles.Name(file.Phase);
        var guest = execution.GuestOf(machine)
            ?? throw CroftException.World(
                $"machine \"{machine.Spec.Name}\" has no address that Croft knows",
                "give it a network with a cidr"
            );
        var log = new PhaseLog(
            LogOf(machine, name),
            execution.Farm.Project.LogLimit,
            output is null ? null : line => output(machine.Spec.Name, line)
        );
        try
        {
            await RunAsync(machine, file, guest, shell, log, cancel);
            return file.IsAnsible ? ansible.TraceOf(machine, file) : LayerTrace.Empty;
        }
        finally
        {
            log.Dispose();
            log.Remarks.ForEach(remark);
        }
    }

    async Task RunAsync(PlannedMachine machine, PhaseFile file, IGuest guest, IGuestShell? shell, PhaseLog log, CancellationToken cancel)
    {
        var name = PhaseFiles.Name(file.Phase);
        var limit = machine.Spec.Steps.Timeouts.TryGetValue(name, out var declared) ? declared : Timeout.InfiniteTimeSpan;
        using var late = new CancellationTokenSource(limit, execution.Clock);
        using var gone = new CancellationTokenSource();
        var full = false;
        using var watch = await execution.EngineOf(machine).WatchAsync(IdOf(machine), Heard, cancel);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token, gone.Token);
        try
        {
            using var told = Waits.For($"{name} of machine \"{machine.Spec.Name}\"", () => ansible.Now ?? log.LastLine);
            await PerformAsync(machine, file, guest, shell, log, any.Token);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw full
                ? CroftException.World($"the machine stands still during {name}: No space left in the hypervisor's pool", IEngine.SpaceHint)
                : await StoppedAsync(machine, name);
        }
        catch (OperationCanceledException)
        {
            await PhaseMark.EndAsync(guest, PhaseMark.Of(execution.Journal.Folder, file.Phase), execution.Clock);
            if (cancel.IsCancellationRequested)
                throw;
            throw CroftException.Farm(
                $"{name} took longer than its {limit.TotalSeconds:0} s and was ended",
                $"{execution.Farm.Project.Key}.timeouts.{name} sets the time; the log is {execution.Journal.Folder.Relative(LogOf(machine, name))}"
            );
        }

        void Heard(MachineSignal signal)
        {
            full |= signal == MachineSignal.Full;
            if (signal is MachineSignal.Stopped or MachineSignal.Full)
                _ = gone.CancelAsync(); // it ends programs, and this thread has other events to tell
        }
    }

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="CroftException">It failed.</exception>
    async Task PerformAsync(
        PlannedMachine machine,
        PhaseFile file,
        IGuest guest,
        IGuestShell? shell,
        PhaseLog log,
        CancellationToken cancel
    )
    {
        var (code, words, unreachable) = file.IsAnsible
            ? await ansible.RunAsync(machine, file, guest, log.AddLine, cancel)
            : (await script.RunAsync(machine, guest, shell, file, log, cancel), "", false);
        if (code != 0)
            throw await FailureAsync(
                machine,
                unreachable || (!file.IsAnsible && code == IGuest.ConnectionFailed) ? guest : null,
                PhaseFiles.Name(file.Phase),
                code,
                words.Length > 0 ? words : log.LastLine
            );
    }

    string LogOf(PlannedMachine machine, string phase) => execution.Journal.Folder.LogPath(machine.Spec.Name, phase);

    /// <summary>Whether there is anything to fetch.</summary>
    public bool HasArtifacts => !execution.Farm.Project.Artifacts.IsEmpty;

    /// <summary>Fetches the project's artifacts from a guest.</summary>
    public async Task FetchArtifactsAsync(PlannedMachine machine, Action<string> remark, CancellationToken cancel)
    {
        using var told = Waits.For($"the artifacts of machine \"{machine.Spec.Name}\"");
        if (execution.GuestOf(machine) is { } guest)
            await ArtifactFetch.FetchAsync(
                guest,
                execution.Farm.Project.Artifacts,
                execution.Journal.Folder.ArtifactsPath(machine.Spec.Name),
                remark,
                cancel
            );
    }

    /// <summary>A phase's own exit code, unless the machine or the guest went away under it.</summary>
    /// <param name="missed">The guest, where it may be gone.</param>
    async Task<CroftException> FailureAsync(PlannedMachine machine, IGuest? missed, string phase, int code, string last)
    {
        var words = last.Length == 0 ? "" : ": " + last;
        if (missed is null || await missed.IsConnectedAsync(CancellationToken.None))
            return CroftException.Farm($"{phase} ended with exit code {code}{words}");
        // The guest is heard to go a moment before the hypervisor says so.
        var off = await Poll.UntilAsync(
            async () =>
                (await execution.EngineOf(machine).FindAsync(IdOf(machine), CancellationToken.None))?.Power == PowerState.Running
                    ? null
                    : "off",
            TimeSpan.FromMilliseconds(200),
            TimeSpan.FromSeconds(3),
            execution.Clock,
            CancellationToken.None
        );
        return off is not null
            ? await StoppedAsync(machine, phase)
            : CroftException.Farm(
                $"the connection to the guest broke during {phase}: it crashed, rebooted or left the network{words}",
                Console(machine)
            );
    }

    /// <summary>With its hypervisor, when that went away; otherwise by itself.</summary>
    async Task<CroftException> StoppedAsync(PlannedMachine machine, string phase) =>
        await execution.AnswersAsync(machine.Hypervisor!, CancellationToken.None)
            ? CroftException.Farm($"the machine stopped during {phase}", Console(machine))
            : CroftException.World($"hypervisor \"{machine.Hypervisor}\" went away during {phase}", IEngine.LostHint);

    static string Console(PlannedMachine machine) => $"croft console {machine.Spec.Name} --log shows its serial log";

    MachineId IdOf(PlannedMachine machine) => new(execution.Farm.Name, machine.Spec.Name);
}
