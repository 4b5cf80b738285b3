namespace Croft.Libvirt;

/// <summary>A domain's statistics, under libvirt's own names.</summary>
/// <param name="Name">The domain's name.</param>
/// <param name="Uuid">The domain's UUID.</param>
/// <param name="Values">Such as state.state, balloon.current (KiB), cpu.time (ns), vcpu.current; numbers, booleans and strings.</param>
public sealed record DomainStats(string Name, Guid Uuid, IReadOnlyDictionary<string, object> Values)
{
    /// <summary>The state.</summary>
    public DomainState State => (DomainState)(Number("state.state") ?? 0);

    /// <summary>A number, or null when the domain does not tell it.</summary>
    public long? Number(string name) =>
        Values.TryGetValue(name, out var value)
            ? value switch
            {
                long number => number,
                ulong number => (long)number,
                _ => null,
            }
            : null;
}
