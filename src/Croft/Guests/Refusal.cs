using Croft.Engines;
using Croft.Farms;

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
            ? OfAStranger(guest)
        : words.Contains("Permission denied (", StringComparison.Ordinal) && guest.Login.Password is not null
            ? new(
                $"the guest lets in {guest.User} neither by Croft's key nor by the password that auth names",
                "is the password right, has the user one, and does the guest's sshd say PasswordAuthentication yes?",
                AtOnce: false
            )
        : words.Contains("Permission denied (", StringComparison.Ordinal)
            ? new(
                $"the guest does not let in {guest.User} by Croft's key",
                $"croft adopt gives machines of another user this one's key; does the image have the user {guest.User}, and cloud-init to give it keys?",
                AtOnce: false
            )
        : words == Answer.Mute
            ? new(
                $"no command of {guest.User} runs",
                $"croft console {guest.Name} shows what; an exec in ~/.bashrc belongs behind a line that returns where $- has no i",
                AtOnce: false
            )
        : words.StartsWith(SerialSession.Unwelcome, StringComparison.Ordinal)
            ? new(
                $"its console does not let in {guest.User} by the password that auth names",
                "is the password right, and has the user one? passwords: gives a user of the seed's one for the console",
                AtOnce: false
            )
        : words.StartsWith(SerialSession.Asks, StringComparison.Ordinal)
            ? new($"its console asks {guest.User} for a password", "name it: auth: { password: { env: NAME } }", AtOnce: true)
        : words.StartsWith(IGuestAgent.Forbids, StringComparison.Ordinal)
            ? new(
                "its guest agent may not run commands",
                "take guest-exec and guest-exec-status out of what it blocks (BLACKLIST_RPC, BLOCK_RPCS or FILTER_RPC_ARGS in the guest's /etc/sysconfig/qemu-ga, block-rpcs in /etc/qemu/qemu-ga.conf) and restart qemu-guest-agent; or connection: ssh",
                AtOnce: false
            )
        : guest.Login.Become is { } become && Become.IsRefused(words)
            ? new(
                $"{guest.User} does not become root by {become.Method.ToString().ToLowerInvariant()}",
                Become.Cure(words, become, guest.User),
                AtOnce: false
            )
        : null;

    /// <summary>Who answers is not who was known.</summary>
    public static Refusal OfAStranger(GuestAccess guest) =>
        !guest.Login.HasOwnHostKey
            ? new(
                "who answers there has another host key than Croft gave the machine",
                $"croft console {guest.Name} shows who it is; croft up --recreate {guest.Name} makes the machine anew",
                AtOnce: false
            )
        : guest.Login.HostKey is null
            ? new(
                "who answers there has another host key than the machine had before",
                $"croft console {guest.Name} shows who it is; croft up --accept-host-key {guest.Name} takes its new key",
                AtOnce: false
            )
        : new(
            "who answers there has another host key than host_key says",
            $"croft console {guest.Name} shows who it is; if it is the machine, write its key to host_key",
            AtOnce: false
        );
}
