namespace Croft.Engines;

/// <summary>A kept state of a machine: a layer, found by what went into it, or a snapshot that the user named.</summary>
/// <param name="Name">Unique among the machine's.</param>
public readonly record struct StateId(MachineId Machine, string Name)
{
    const string Users = "snapshot-";

    /// <summary>Whether the user named it.</summary>
    public bool IsUsers => Name.StartsWith(Users, StringComparison.Ordinal);

    /// <summary>What the user named it.</summary>
    internal string UsersName => IsUsers ? Name[Users.Length..] : Name;

    internal static string UsersOf(string name) => Users + name;

    /// <inheritdoc/>
    public override string ToString() => $"{Machine}.{Name}";
}
