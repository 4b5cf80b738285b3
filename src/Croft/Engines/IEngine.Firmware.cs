namespace Croft.Engines;

/// <summary>UEFI variables and TPMs.</summary>
public partial interface IEngine
{
    /// <summary>Copies UEFI variables, on the hypervisor itself, into a new volume.</summary>
    Task CopyNvramAsync(string from, string to, CancellationToken cancel);

    /// <summary>Refuses what could not be kept whole, before anything is touched.</summary>
    /// <param name="memory">Whether the memory is kept, too.</param>
    /// <param name="fork">Whether another machine is to go on from it.</param>
    /// <exception cref="CroftException">The machine's state cannot be kept so: says why.</exception>
    Task CheckKeepableAsync(string domain, bool memory, bool fork, CancellationToken cancel);

    /// <summary>Removes the definition of a machine that is off when it has a TPM, whose content would otherwise be that of the next machine of the name.</summary>
    Task ForgetTpmAsync(string domain, CancellationToken cancel);
}
