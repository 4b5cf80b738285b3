using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Testing;

/// <summary>A machine of a simulated hypervisor, and the guest in it.</summary>
sealed class SimulatedMachine(SimulatedHost host, DomainDefinition definition)
{
    /// <summary>What a guest writes to its root disk while it boots.</summary>
    const long WrittenAtBoot = 20L << 20;

    /// <summary>How long a guest takes to shut down.</summary>
    static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(2);

    /// <summary>As it would start.</summary>
    public DomainDefinition Defined { get; set; } = definition;

    /// <summary>As it runs; null when it is off.</summary>
    public DomainDefinition? Live { get; set; }

    public PowerState Power { get; private set; } = PowerState.Off;

    /// <summary>How often it was started: tells one life of its guest from the next.</summary>
    public int Life { get; private set; }

    /// <summary>What its guest knows; null before that has booted.</summary>
    public SimulatedMemory? Guest { get; set; }

    /// <summary>Whether its network cables are plugged in.</summary>
    public bool Plugged { get; set; } = true;

    public string Name => Defined.DomainName;

    /// <summary>Whether it has its host's memory and processors.</summary>
    public bool IsOn => Live is not null;

    public MachineState State =>
        new(Name, Defined.Uuid, Power, (Live ?? Defined).Spec.Vcpus, (Live ?? Defined).Spec.Memory, (Live ?? Defined).Record);

    /// <summary>Starts it, or continues in saved memory.</summary>
    public void Start(SimulatedMemory? memory)
    {
        host.CheckStart(this);
        (Live, Power, Guest, Plugged) = (Defined, PowerState.Running, memory, true);
        Life++;
        host.Volume(Live.Console)?.Append($"life {Life}\n", host.Clock.GetUtcNow());
        host.Signal(Name, MachineSignal.Started);
        if (memory is null)
            Boot();
        else
            host.Signal(Name, MachineSignal.AgentConnected);
    }

    /// <summary>Cuts its power.</summary>
    public void TurnOff(bool crashed = false)
    {
        if (!IsOn)
            return;
        (Live, Guest, Power) = (null, null, crashed ? PowerState.Crashed : PowerState.Off);
        host.Signal(Name, MachineSignal.Stopped);
        host.Guests.Happen();
    }

    /// <summary>Presses its power button. A guest that has not booted does not notice.</summary>
    public void PressButton()
    {
        if (Guest is not null && Power == PowerState.Running)
            Later(Shutdown, () => TurnOff());
    }

    public void Reset()
    {
        Guest = null;
        Life++;
        host.Guests.Happen();
        Boot();
    }

    public void Pause() => Power = IsOn ? PowerState.Paused : Power;

    public void Resume()
    {
        if (!IsOn)
            return;
        Power = PowerState.Running;
        host.Guests.Happen();
        if (Guest is null)
            Boot();
    }

    void Boot()
    {
        if (host.BootOf(Live!) is { } time)
            Later(time, Booted);
    }

    void Booted()
    {
        if (Power != PowerState.Running || Guest is not null)
            return;
        var root = host.Volume(Live!.Record.Disks[0].Volume)!;
        if (!host.HasSpace(WrittenAtBoot))
        {
            Power = PowerState.Paused;
            host.Signal(Name, MachineSignal.Full);
            return;
        }

        root.Allocation += WrittenAtBoot;
        Guest = new(System.Text.Encoding.UTF8.GetString(host.Volume(Live.Record.Seed)!.Content));
        host.Volume(Live.Console)?.Append("login:\n", host.Clock.GetUtcNow());
        host.Signal(Name, MachineSignal.AgentConnected);
        host.Guests.Happen();
    }

    /// <summary>Happens if it still lives the same life then.</summary>
    void Later(TimeSpan time, Action happen)
    {
        var life = Life;
        host.Clock.After(time, () =>
        {
            if (Life != life || !IsOn)
                return;
            happen();
            host.Changed();
        });
    }
}
