using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Croft.Farms;

namespace Croft.Guests;

/// <summary>
/// Hands out the passwords of guests to the programs of this user that ask: ssh, which has Croft itself ask here (<see
/// cref="AskAsync"/>), and
/// Ansible. They go over a socket that only the user may open, so they stand in no argument, file or environment.
/// </summary>
sealed class PasswordDesk : IDisposable
{
    /// <summary>The variable that names the socket.</summary>
    public const string Variable = "CROFT_ASK";

    /// <summary>Names the guest for an ssh that does not say it itself.</summary>
    public const string For = "CROFT_ASK_FOR";

    const int LongestQuestion = 4096;

    readonly Secrets secrets;
    readonly string program;
    readonly PrivateSocket socket;
    readonly ConcurrentDictionary<string, GuestAccess> guests = new(StringComparer.Ordinal);

    /// <param name="folder">Of the socket; only its owner may enter.</param>
    /// <param name="program">This program.</param>
    public PasswordDesk(Secrets secrets, string folder, string program)
    {
        (this.secrets, this.program) = (secrets, program);
        socket = new(folder, "ask", AnswerAsync);
    }

    /// <summary>Has a guest's passwords at hand, so that what is wrong with them shows before anything is tried.</summary>
    /// <exception cref="CroftException">One is not there.</exception>
    public Task PrepareAsync(GuestAccess guest, CancellationToken cancel) => secrets.PrepareAsync(guest.Login.Needs(guest.User), cancel);

    /// <summary>The password that logs in to a guest.</summary>
    public Task<string> PasswordAsync(GuestAccess guest, CancellationToken cancel) =>
        secrets.ReadAsync(guest.Login.Password!, SecretSpec.PasswordOf(guest.User), cancel);

    /// <summary>The one that makes its login root; null when it is asked for none.</summary>
    public async Task<string?> BecomeAsync(GuestAccess guest, CancellationToken cancel) =>
        guest.Login.Becoming(guest.User) is var (secret, what) ? await secrets.ReadAsync(secret, what, cancel) : null;

    /// <summary>What makes ssh ask here; nothing where the guest has no password.</summary>
    public Dictionary<string, string?> Environment(GuestAccess guest)
    {
        if (guest.Login.Password is null)
            return [];
        guests[guest.Alias] = guest;
        var environment = Environment();
        environment[For] = guest.Alias;
        return environment;
    }

    /// <summary>The same for a program that reaches several guests.</summary>
    public Dictionary<string, string?> Environment(IEnumerable<GuestAccess> known)
    {
        foreach (var guest in known)
            guests[guest.Alias] = guest;
        return Environment();
    }

    Dictionary<string, string?> Environment() =>
        new()
        {
            [Variable] = socket.Open(),
            [For] = null,
            ["SSH_ASKPASS"] = program,
            ["SSH_ASKPASS_REQUIRE"] = "force",
        };

    async Task AnswerAsync(NetworkStream stream, CancellationToken cancel)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, false, LongestQuestion, leaveOpen: true);
        if (await reader.ReadLineAsync(cancel) is { } question && await AnswerAsync(question, cancel) is { } answer)
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), cancel);
    }

    /// <summary>
    /// Answers <c>become ALIAS</c>, and <c>ALIAS PROMPT</c> of an ssh: its prompt names the guest, unless it is an old one.
    /// </summary>
    async Task<string?> AnswerAsync(string question, CancellationToken cancel)
    {
        if (question.Split(' ', 2) is not [var word, var rest])
            return null;
        if (word == "become")
            return guests.TryGetValue(rest, out var whose) ? await BecomeAsync(whose, cancel) : null;
        var named = guests.Values.FirstOrDefault(g =>
            rest.Contains($"@{g.Alias}'s ", StringComparison.Ordinal) || rest.Contains($"@{g.Alias})", StringComparison.Ordinal)
        );
        return
            (named ?? guests.GetValueOrDefault(word)) is { Login.Password: not null } guest
            && IsForPassword(rest.Replace($"{guest.User}@{guest.Alias}", "", StringComparison.Ordinal))
            ? await PasswordAsync(guest, cancel)
            : null;
    }

    /// <summary>Not a key's passphrase, a second factor, a host key, nor a change of a password that has expired.</summary>
    static bool IsForPassword(string prompt) =>
        !prompt.Contains("passphrase", StringComparison.OrdinalIgnoreCase)
        && !prompt.Contains("yes/no", StringComparison.Ordinal)
        && !prompt.Contains("code", StringComparison.OrdinalIgnoreCase)
        && !prompt.Contains("new", StringComparison.OrdinalIgnoreCase);

    /// <summary>Asks the desk of another process; null when it has no answer. For the program that ssh starts.</summary>
    public static async Task<string?> AskAsync(string socket, string? guest, string prompt, CancellationToken cancel)
    {
        try
        {
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
            await using var stream = new NetworkStream(client);
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"{guest ?? "-"} {prompt.ReplaceLineEndings(" ")}\n"), cancel);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync(cancel) is { Length: > 0 } answer ? answer : null;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return null;
        }
    }

    public void Dispose() => socket.Dispose();
}
