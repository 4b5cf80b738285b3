using System.Text;
using Croft.Farms;

namespace Croft.Guests;

/// <summary>
/// Runs a command as root by sudo, su or doas. The password goes in on standard input, before the command's own: what the program did not
/// ask
/// for is passed over, so it does not matter whether it asks.
/// </summary>
static class Become
{
    const string Go = "croft-go";

    /// <summary>sudo asks three times at most; then it must have an answer, or it would wait.</summary>
    const string Padding = "\n\n\n" + Go + "\n";

    /// <summary>A command that becomes root before it is itself.</summary>
    /// <param name="password">Null where none is asked for.</param>
    public static GuestCommand Over(GuestCommand command, BecomeMethod method, string? password)
    {
        var text = password is null ? command.Text : $"while IFS= read -r g && [ \"$g\" != {Go} ]; do :; done; {command.Text}";
        return command with
        {
            Text = method switch
            {
                BecomeMethod.Sudo when password is null => $"exec sudo -H -n /bin/sh -c {ShellWord.Quote(text)}",
                BecomeMethod.Sudo => $"exec sudo -H -k -S -p '' /bin/sh -c {ShellWord.Quote(text)}",
                BecomeMethod.Doas => $"exec doas -n /bin/sh -c {ShellWord.Quote(text)}",
                _ => Su(text),
            },
            Input = password is null
                ? command.Input
                : async (stdin, cancel) =>
                {
                    await stdin.WriteAsync(Encoding.UTF8.GetBytes(password + Padding), cancel);
                    await stdin.FlushAsync(cancel);
                    if (command.Input is not null)
                        await command.Input(stdin, cancel);
                },
        };
    }

    /// <summary>What su itself says, its question among it, is kept apart from what the command says.</summary>
    static string Su(string text) =>
        $$"""exec 3>&2 4>&1; e=$(su -s /bin/sh -c {{ShellWord.Quote("exec >&4 2>&3 3>&- 4>&-; cd; " + text)}} root 2>&1); c=$?; e=${e#*assword: }; """
        + """[ -z "$e" ] || echo "$e" >&2; exit $c""";

    /// <summary>What stands in the words of a program that does not make root of the login.</summary>
    public static bool IsRefused(string words) =>
        (
            (string[])
                [
                    "incorrect password attempt",
                    "Sorry, try again",
                    "a password is required",
                    "is not in the sudoers",
                    "is not allowed to",
                    "you must have a tty",
                    "Authentication failure",
                    "incorrect password",
                    "must be suid",
                    "must be setuid",
                    "doas:",
                    "sudo: not found",
                    "su: not found",
                ]
        ).Any(part => words.Contains(part, StringComparison.OrdinalIgnoreCase));

    /// <summary>The next step where it was refused in these words.</summary>
    public static string Cure(string words, BecomeSpec become, string user)
    {
        var method = become.Method.ToString().ToLowerInvariant();
        return Has("not found")
                ? $"the guest has no {method}: install it there, or name another method: auth: {{ become: {(method == "su" ? "sudo" : "su")} }}"
            : Has("must have a tty") ? $"take requiretty out of the guest's sudoers, or write there: Defaults:{user} !requiretty"
            : Has("must be suid") || Has("must be setuid") || Has("nosuid")
                ? $"{method} there has no set-user-ID bit, or is on a file system that is mounted nosuid"
            : become.Method switch
            {
                BecomeMethod.Su => "is auth.become.password root's, and has root one?",
                BecomeMethod.Doas => $"permit nopass {user} in the guest's doas.conf",
                _ when become.Password is null => $"add auth.become.password, or NOPASSWD for {user} in the guest's sudoers",
                _ => $"is auth.become.password that of {user}, and does the guest's sudoers allow it all commands?",
            };

        bool Has(string part) => words.Contains(part, StringComparison.Ordinal);
    }
}
