namespace Croft.Engines;

/// <summary>Machines and their power.</summary>
public partial interface IEngine
{
    /// <summary>Makes the machine's definition, or replaces it; does not start it.</summary>
    Task DefineAsync(MachineDefinition machine, CancellationToken cancel);

    /// <summary>Starts a defined machine.</summary>
    Task StartAsync(string domain, CancellationToken cancel);

    /// <summary>Asks the guest to shut down, by power button and agent.</summary>
    Task ShutdownAsync(string domain, CancellationToken cancel);

    /// <summary>Cuts the power; nothing happens when the machine is off. Its end has been signalled by then, so that nobody takes it for the end of what starts next.</summary>
    Task PowerOffAsync(string domain, CancellationToken cancel);

    /// <summary>Presses the reset button.</summary>
    Task ResetAsync(string domain, CancellationToken cancel);

    /// <summary>Stops the processors.</summary>
    Task PauseAsync(string domain, CancellationToken cancel);

    /// <summary>Lets the processors run again.</summary>
    Task ResumeAsync(string domain, CancellationToken cancel);

    /// <summary>Opens the serial console of a running machine, taking it from whoever has it.</summary>
    Task<Stream> OpenConsoleAsync(string domain, CancellationToken cancel);

    /// <summary>Whether the machine runs; null when it does not exist.</summary>
    Task<PowerState?> PowerAsync(string domain, CancellationToken cancel);

    /// <summary>Removes a machine's definition, UEFI variables and TPM, switching it off first; its other volumes stay. Nothing happens when there is none.</summary>
    Task UndefineAsync(string domain, CancellationToken cancel);

    /// <summary>Writes Croft's record into a machine, running or not.</summary>
    Task WriteRecordAsync(MachineRecord record, CancellationToken cancel);
}
