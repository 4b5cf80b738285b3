namespace Croft.Guests;

/// <summary>What ssh says that no waiting mends.</summary>
/// <param name="Reason">In plain words.</param>
/// <param name="Cure">The next step.</param>
/// <param name="AtOnce">Whether it is final the first time. A guest that boots for the first time may still be given its keys.</param>
sealed record Refusal(string Reason, string Cure, bool AtOnce)
{
    /// <summary>What stands in ssh's words; null when another try may work.</summary>
    public static Refusal? Of(string words, GuestAccess guest) =>
        words.Contains("too long for Unix domain socket", StringComparison.Ordinal)
            ? new(
                "the path of ssh's shared connection is too long",
                "set XDG_RUNTIME_DIR to a folder of your own with a short path",
                AtOnce: true
            )
        : words.Contains("Host key verification failed", StringComparison.Ordinal)
        || words.Contains("HOST IDENTIFICATION HAS CHANGED", StringComparison.Ordinal)
            ? new(
                "who answers there has another host key than Croft gave the machine",
                $"croft console {guest.Name} shows who it is; croft up --recreate {guest.Name} makes the machine anew",
                AtOnce: false
            )
        : words.Contains("Permission denied (", StringComparison.Ordinal)
            ? new(
                $"the guest does not let in {guest.User} by Croft's key",
                $"croft adopt gives machines of another user this one's key; does the image have the user {guest.User}, and cloud-init to give it keys?",
                AtOnce: false
            )
        : null;
}
