namespace Croft.Lifecycle;

/// <summary>Another controller took the room that a machine was planned into; it can be planned again.</summary>
#pragma warning disable CA1064 // FarmWork.PlaceAsync turns it into an error for people
sealed class NoRoomException(string message) : Exception(message);
#pragma warning restore CA1064
