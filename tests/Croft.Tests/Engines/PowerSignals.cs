using Croft.Engines;

namespace Croft.Tests.Engines;

/// <summary>Hears when a machine starts and stops.</summary>
sealed class PowerSignals
{
    public TaskCompletionSource Started { get; } = new();

    public TaskCompletionSource Stopped { get; } = new();

    public void Hear(MachineSignal signal)
    {
        if (signal == MachineSignal.Started)
            Started.TrySetResult();
        if (signal == MachineSignal.Stopped)
            Stopped.TrySetResult();
    }
}
