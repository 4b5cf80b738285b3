namespace Croft.Engines;

/// <summary>Machines that continue in a copy of another one's memory.</summary>
public partial interface IEngine
{
    /// <summary>Whether the guest's agent answers.</summary>
    Task<bool> HasAgentAsync(string domain, CancellationToken cancel);

    /// <summary>Defines a machine like another one, but with its own identity.</summary>
    /// <param name="record">The new machine's, with its disks, which exist.</param>
    /// <param name="definition">The other machine's definition.</param>
    Task DefineForkAsync(MachineRecord record, Guid uuid, string definition, CancellationToken cancel);

    /// <summary>
    /// Lets a machine that was defined like another one continue in a copy of that one's memory. The cables of its network cards are out before its
    /// guest goes on, which does not know yet that it is another.
    /// </summary>
    /// <param name="memory">The other machine's saved memory; it is only read.</param>
    /// <param name="copy">A volume for the copy, which is gone afterwards.</param>
    Task ForkAsync(MachineRecord record, Guid uuid, string memory, string copy, CancellationToken cancel);

    /// <summary>Plugs the network cables of a running machine in or out.</summary>
    Task PlugAsync(string domain, bool plugged, CancellationToken cancel);

    /// <summary>Runs a shell script in a guest by its agent, which may take a moment to answer. The script is not among the arguments of any process.</summary>
    /// <returns>Its exit code and what it wrote.</returns>
    Task<(int ExitCode, string Output)> RunByAgentAsync(string domain, string script, CancellationToken cancel);
}
