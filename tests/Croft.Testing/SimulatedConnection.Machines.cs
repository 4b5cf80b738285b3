using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Testing;

sealed partial class SimulatedConnection
{
    public Task DefineAsync(DomainDefinition machine, CancellationToken cancel) =>
        CallAsync($"defining machine \"{machine.Record.Name}\"", () => Define(machine), cancel);

    public Task StartAsync(string domain, CancellationToken cancel) =>
        OnMachineAsync($"starting {domain}", domain, m => m.Start(memory: null), cancel);

    public Task ShutdownAsync(string domain, CancellationToken cancel) =>
        OnMachineAsync($"shutting down {domain}", domain, m => m.PressButton(), cancel);

    public Task PowerOffAsync(string domain, CancellationToken cancel) =>
        OnMachineAsync($"switching off {domain}", domain, m => m.TurnOff(), cancel);

    public Task ResetAsync(string domain, CancellationToken cancel) =>
        OnMachineAsync($"resetting {domain}", domain, m => Running(m).Reset(), cancel);

    public Task PauseAsync(string domain, CancellationToken cancel) =>
        OnMachineAsync($"pausing {domain}", domain, m => Running(m).Pause(), cancel);

    public Task ResumeAsync(string domain, CancellationToken cancel) =>
        OnMachineAsync($"resuming {domain}", domain, m => Running(m).Resume(), cancel);

    public Task<Stream> OpenConsoleAsync(string domain, CancellationToken cancel) =>
        AskAsync($"opening the console of {domain}", () => Stream.Null, cancel);

    public Task<Stream> OpenSpareAsync(string domain, CancellationToken cancel) =>
        AskAsync($"opening a channel of {domain}", () => Stream.Null, cancel);

    public Task<MachineState?> FindAsync(string domain, CancellationToken cancel) =>
        AskAsync($"reading {domain}", () => machines.GetValueOrDefault(domain)?.State, cancel);

    public Task UndefineAsync(string domain, CancellationToken cancel) =>
        CallAsync(
            $"removing {domain}",
            () =>
            {
                machines.GetValueOrDefault(domain)?.TurnOff();
                machines.Remove(domain);
            },
            cancel
        );

    public Task WriteRecordAsync(MachineRecord record, CancellationToken cancel) =>
        OnMachineAsync(
            $"marking {record.Name}",
            record.Id.ToString(),
            machine =>
            {
                machine.Defined = Marked(machine.Defined, record);
                machine.Live = machine.Live is { } live ? Marked(live, record) : null;
            },
            cancel
        );

    // The disks are not part of what is written, but read from the machine itself.
    static DomainDefinition Marked(DomainDefinition machine, MachineRecord record) =>
        machine with
        {
            Record = record with { Disks = machine.Record.Disks, Seed = machine.Record.Seed, Nvram = machine.Record.Nvram },
        };

    void Define(DomainDefinition machine)
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
