using Croft.Engines;

namespace Croft.Testing;

sealed partial class SimulatedEngine
{
    /// <inheritdoc/>
    public Task DefineAsync(MachineDefinition machine, CancellationToken cancel) => CallAsync($"defining machine \"{machine.Record.Name}\"", () => Define(machine), cancel);

    /// <inheritdoc/>
    public Task StartAsync(string domain, CancellationToken cancel) => OnMachineAsync($"starting {domain}", domain, m => m.Start(memory: null), cancel);

    /// <inheritdoc/>
    public Task ShutdownAsync(string domain, CancellationToken cancel) => OnMachineAsync($"shutting down {domain}", domain, m => m.PressButton(), cancel);

    /// <inheritdoc/>
    public Task PowerOffAsync(string domain, CancellationToken cancel) => OnMachineAsync($"switching off {domain}", domain, m => m.TurnOff(), cancel);

    /// <inheritdoc/>
    public Task ResetAsync(string domain, CancellationToken cancel) => OnMachineAsync($"resetting {domain}", domain, m => Running(m).Reset(), cancel);

    /// <inheritdoc/>
    public Task PauseAsync(string domain, CancellationToken cancel) => OnMachineAsync($"pausing {domain}", domain, m => Running(m).Pause(), cancel);

    /// <inheritdoc/>
    public Task ResumeAsync(string domain, CancellationToken cancel) => OnMachineAsync($"resuming {domain}", domain, m => Running(m).Resume(), cancel);

    /// <inheritdoc/>
    public Task<Stream> OpenConsoleAsync(string domain, CancellationToken cancel) => AskAsync($"opening the console of {domain}", () => Stream.Null, cancel);

    /// <inheritdoc/>
    public Task<PowerState?> PowerAsync(string domain, CancellationToken cancel) => AskAsync($"asking for {domain}", () => machines.GetValueOrDefault(domain)?.Power, cancel);

    /// <inheritdoc/>
    public Task UndefineAsync(string domain, CancellationToken cancel) => CallAsync(
        $"removing {domain}",
        () =>
        {
            machines.GetValueOrDefault(domain)?.TurnOff();
            machines.Remove(domain);
        },
        cancel);

    /// <inheritdoc/>
    public Task WriteRecordAsync(MachineRecord record, CancellationToken cancel) => OnMachineAsync(
        $"marking {record.Name}",
        MachineDefinition.DomainNameOf(record.Farm, record.Name),
        machine =>
        {
            machine.Defined = Marked(machine.Defined, record);
            machine.Live = machine.Live is { } live ? Marked(live, record) : null;
        },
        cancel);

    // The disks are not part of what is written, but read from the machine itself.
    static MachineDefinition Marked(MachineDefinition machine, MachineRecord record) =>
        machine with { Record = record with { Disks = machine.Record.Disks, Seed = machine.Record.Seed, Nvram = machine.Record.Nvram } };

    void Define(MachineDefinition machine)
    {
        if (machines.TryGetValue(machine.DomainName, out var known))
        {
            if (known.Defined.Uuid != machine.Uuid)
                throw host.Refusal($"{machine.DomainName} exists with another uuid");
            known.Defined = machine;
        }
        else
        {
            machines[machine.DomainName] = new(host, machine);
        }
    }

    SimulatedMachine Running(SimulatedMachine machine) => machine.IsOn ? machine : throw host.Refusal($"{machine.Name} is not running");
}
