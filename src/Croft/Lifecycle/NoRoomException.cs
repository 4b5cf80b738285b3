namespace Croft.Lifecycle;

/// <summary>Another controller took the room that a machine was planned into; it can be planned again.</summary>
#pragma warning disable CA1064 // whoever cannot plan it again turns it into an error for people
sealed class NoRoomException(string message) : Exception(message)
{
    /// <summary>Where to see what room there is.</summary>
    public const string Hint = "croft plan --explain tells what room there is; croft hypervisors what takes it";

    /// <summary>The error that it is for people.</summary>
    public CroftException ForPeople() => CroftException.World(Message, Hint, this);
}
#pragma warning restore CA1064
