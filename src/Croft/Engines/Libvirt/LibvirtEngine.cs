using System.Collections.Immutable;
using System.Diagnostics;
using Croft.Engines.Libvirt.States;
using Croft.Tools;

namespace Croft.Engines.Libvirt;

/// <summary>
/// Machines on a hypervisor that libvirt manages. A machine is a domain on volumes of Croft's pool: overlays on its image or on frozen
/// disks, a seed, UEFI
/// variables, a console's log. Their names say whose they are.
/// </summary>
/// <param name="writeSeed">Writes a seed's files as the image that becomes its volume.</param>
sealed partial class LibvirtEngine(ILibvirtHost host, Func<IReadOnlyDictionary<string, string>, string, CancellationToken, Task> writeSeed)
    : IEngine
{
    static readonly TimeSpan AgentPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Before anybody asks whether the guest waits in place of an agent.</summary>
    static readonly TimeSpan AgentTurn = TimeSpan.FromSeconds(2);

    /// <summary>The script looks every 2 s.</summary>
    static readonly TimeSpan WaiterPatience = TimeSpan.FromSeconds(6);

    public string Name => host.Name;

    public bool IsLost => host.IsLost;

    public EngineCapabilities Can => field ??= WithLack(host.NetworkLack);

    EngineCapabilities WithLack((string What, string Cure)? lack) =>
        host.HasSwitches
            ? EngineCapabilities.OfSwitches(lack)
            : new(OwnNetworks: !host.IsSession, HostNetworks: !host.IsSession)
            {
                OwnSwitches = host.StartsSwitches,
                NetworkLack = lack?.What,
                NetworkCure = lack?.Cure,
            };

    public IStates States => new LibvirtStates(this);

    public ILibvirtHost Host => host;

    public async Task<HypervisorState> ObserveAsync(ImmutableArray<string> firmwareFor, CancellationToken cancel) =>
        await host.ObserveAsync(firmwareFor, cancel) with
        {
            Can = Can,
        };

    public Task<HypervisorState> ObserveRoomAsync(CancellationToken cancel) => host.ObserveRoomAsync(cancel);

    public Task<ImmutableArray<MachineState>> ListMachinesAsync(CancellationToken cancel) => host.ListMachinesAsync(cancel);

    public Task<MachineRecord> SeeAsync(MachineRecord machine, CancellationToken cancel) => host.SeeAsync(machine, cancel);

    public Task<MachineState?> FindAsync(MachineId machine, CancellationToken cancel) => host.FindAsync(machine.ToString(), cancel);

    public Task MarkAsync(MachineRecord record, CancellationToken cancel) => host.WriteRecordAsync(record, cancel);

    public Task StartAsync(MachineId machine, CancellationToken cancel) => host.StartAsync(machine.ToString(), cancel);

    public Task StopAsync(MachineId machine, StopBy how, CancellationToken cancel) =>
        how switch
        {
            StopBy.Asking => host.ShutdownAsync(machine.ToString(), cancel),
            StopBy.Cutting => host.PowerOffAsync(machine.ToString(), cancel),
            _ => host.ResetAsync(machine.ToString(), cancel),
        };

    public Task PauseAsync(MachineId machine, CancellationToken cancel) => host.PauseAsync(machine.ToString(), cancel);

    public async Task ResumeAsync(MachineId machine, CancellationToken cancel)
    {
        var domain = machine.ToString();
        var stood = (await host.FindAsync(domain, cancel))?.Power == PowerState.Paused;
        try
        {
            if (stood)
                await host.ResumeAsync(domain, cancel);
        }
        catch (CroftException)
        {
            if ((await host.FindAsync(domain, cancel))?.Power != PowerState.Running)
                throw; // otherwise libvirt was starting it
        }

        if (!await host.HasAgentAsync(domain, cancel))
            return;
        await host.ReleaseWritesAsync(domain, cancel);
        if (stood)
            await new LibvirtAgent(host, domain).SetClockAsync(cancel);
    }

    public Task<IDisposable> WatchAsync(MachineId machine, Action<MachineSignal> signal, CancellationToken cancel) =>
        host.WatchAsync(machine.ToString(), signal, cancel);

    public Task<byte[]?> ConsoleTextAsync(MachineId machine, int last, CancellationToken cancel) =>
        host.DownloadAsync(Volumes.Console(machine), -(long)last, cancel);

    public Task<Stream> OpenConsoleAsync(MachineId machine, CancellationToken cancel) => host.OpenConsoleAsync(machine.ToString(), cancel);

    public IGuestAgent AgentOf(MachineId machine) => new LibvirtAgent(host, machine.ToString());

    public async Task<(int ExitCode, string Output)?> RunInGuestAsync(
        MachineId machine,
        string script,
        TimeSpan patience,
        CancellationToken cancel
    )
    {
        var domain = machine.ToString();
        using var told = Waits.For($"the guest agent of {domain}");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var (start, waiter, waits) = (Stopwatch.GetTimestamp(), (Task<bool>?)null, false);
        var found = await Poll.UntilAsync(AskAsync, AgentPause, patience, cancel);
        await over.CancelAsync();
        return found is null ? null
            : waits ? await WaiterChannel.RunAsync(host, domain, script, patience, cancel)
            : await host.RunByAgentAsync(domain, script, cancel);

        async Task<string?> AskAsync()
        {
            if (await host.HasAgentAsync(domain, cancel))
                return "yes";
            if (Stopwatch.GetElapsedTime(start) > AgentTurn)
                waiter ??= HasWaiterAsync(host, domain, over.Token);
            if (waiter is not { IsCompleted: true })
                return null;
            waits = await waiter;
            waiter = null;
            return waits ? "yes" : null;
        }
    }

    /// <summary>Whether a guest without agent waits at the spare channel.</summary>
    internal static async Task<bool> HasWaiterAsync(ILibvirtHost host, string domain, CancellationToken cancel) =>
        await WaiterChannel.RunAsync(host, domain, ":", WaiterPatience, cancel) is not null;

    public Task<TimeSpan?> ProveAsync(string arch, string virtType, ImageFiles image, TimeProvider clock, CancellationToken cancel) =>
        host.ProveAsync(arch, virtType, Volumes.Image(image.Copy, image.Kernel!), clock, cancel);

    public void Dispose() => host.Dispose();
}
