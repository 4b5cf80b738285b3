namespace Croft.Engines;

/// <summary>A farm's machine, wherever it is. As text it is the machine's name on a hypervisor.</summary>
public readonly record struct MachineId(string Farm, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Farm}.{Name}";
}
