namespace Croft.Tests.Guests;

/// <summary>What the shell of a guest may do instead of what it is asked.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Of">The operations that meet it; empty is all.</param>
sealed record Lie(string Name, string Text, params string[] Of);
