namespace Croft.Farms;

/// <summary>How a machine's guest is reached, and as whom. No secret is in it, only where one is found.</summary>
/// <param name="Port">Where its ssh server listens.</param>
public sealed record LoginSpec(ConnectionKind Connection = ConnectionKind.Ssh, int Port = LoginSpec.SshPort)
{
    internal const int SshPort = 22;

    /// <summary>The password that logs in; null where Croft's key alone does.</summary>
    public SecretSpec? Password { get; init; }

    /// <summary>How the login becomes root; null where it stays who it is.</summary>
    public BecomeSpec? Become { get; init; }

    /// <summary>The guest's host key as the farm file says it, type and key; null where Croft gives it one.</summary>
    public string? HostKey { get; init; }

    /// <summary>Whether the guest brings a host key of its own, since nobody in it takes Croft's.</summary>
    public bool HasOwnHostKey { get; init; }

    /// <summary>All secrets that a user needs for it, and what each is, for people.</summary>
    internal IEnumerable<(SecretSpec Secret, string What)> Needs(string user)
    {
        if (Password is { } password)
            yield return (password, SecretSpec.PasswordOf(user));
        if (Becoming(user) is { } becoming)
            yield return becoming;
    }

    /// <summary>What it is asked for where it becomes root; null when it is asked for nothing.</summary>
    internal (SecretSpec Secret, string What)? Becoming(string user) =>
        Become is not { Password: { } secret } become ? null
        : secret == Password && become.Method == BecomeMethod.Sudo ? (secret, SecretSpec.PasswordOf(user))
        : become.Method == BecomeMethod.Su ? (secret, SecretSpec.PasswordOf("root"))
        : (secret, $"{SecretSpec.PasswordOf(user)} for {become.Method.ToString().ToLowerInvariant()}");

    /// <summary>All that it needs.</summary>
    internal IEnumerable<SecretSpec> Secrets => new[] { Password, Become?.Password }.OfType<SecretSpec>();

    /// <summary>What this way in can do.</summary>
    public WayCapabilities Can => WayCapabilities.Of(Connection);

    /// <summary>Who runs phases, where it is not the login itself: a layer depends on it.</summary>
    internal string Runs =>
        Connection == ConnectionKind.Agent ? "agent"
        : Become is null ? ""
        : "root";
}

/// <summary>By what Croft enters a guest.</summary>
public enum ConnectionKind
{
    /// <summary>OpenSSH.</summary>
    Ssh,

    /// <summary>The guest agent, by the hypervisor: no network is needed.</summary>
    Agent,

    /// <summary>A login at the serial console.</summary>
    Serial,

    /// <summary>The hypervisor's own channel into containers: no network and no server is needed.</summary>
    Engine,

    /// <summary>Not at all.</summary>
    None,
}

/// <summary>What a way into guests can do. What it cannot, plans refuse.</summary>
/// <param name="Commands">Run commands, scripts and phases.</param>
/// <param name="Files">Hand over files of any size: <c>cp</c>, artifacts.</param>
/// <param name="Terminal">A terminal for people.</param>
/// <param name="Ansible">Task lists.</param>
public sealed record WayCapabilities(bool Commands, bool Files, bool Terminal, bool Ansible)
{
    /// <summary>Of one kind.</summary>
    public static WayCapabilities Of(ConnectionKind kind) =>
        kind switch
        {
            ConnectionKind.Ssh => new(true, true, true, true),
            ConnectionKind.Agent => new(true, true, false, true),
            ConnectionKind.Serial => new(true, false, false, false),
            ConnectionKind.Engine => new(true, true, true, true),
            _ => new(false, false, false, false),
        };
}

/// <summary>How a login becomes root.</summary>
/// <param name="Password">What it is asked for; null where it is asked for none.</param>
public sealed record BecomeSpec(BecomeMethod Method, SecretSpec? Password);

/// <summary>The program by which a login becomes root.</summary>
public enum BecomeMethod
{
    /// <summary>sudo, with the login's own password.</summary>
    Sudo,

    /// <summary>su, with root's password.</summary>
    Su,

    /// <summary>doas.</summary>
    Doas,
}

/// <summary>Where a secret is found when it is needed.</summary>
/// <param name="Value">The variable's name, the file's full path or the command; empty where people are asked.</param>
public sealed record SecretSpec(SecretKind Kind, string Value)
{
    /// <summary>As it stands in a machine's record: <c>env:NAME</c>.</summary>
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}:{Value}";

    /// <summary>What a user's password is for people: they are asked once for what has one name.</summary>
    internal static string PasswordOf(string user) => $"password of {user}";

    /// <summary>Where a command runs; null is this process's folder.</summary>
    internal string? Folder { get; init; }

    /// <summary>With the full path of its file, where it is one's content, or the folder of its command.</summary>
    /// <param name="folder">Where relative paths start.</param>
    internal SecretSpec In(string folder) =>
        Kind == SecretKind.File ? this with { Value = Path.GetFullPath(Value, folder) }
        : Kind == SecretKind.Command ? this with { Folder = folder }
        : this;

    /// <summary>Reads that; null when it is none.</summary>
    public static SecretSpec? Parse(string? text) =>
        text?.IndexOf(':', StringComparison.Ordinal) is { } colon and > 0
        && Enum.TryParse<SecretKind>(text[..colon], ignoreCase: true, out var kind)
            ? new(kind, text[(colon + 1)..])
            : null;
}

/// <summary>Where secrets come from.</summary>
public enum SecretKind
{
    /// <summary>A variable of the caller's environment.</summary>
    Env,

    /// <summary>The first line of a file.</summary>
    File,

    /// <summary>The first line that a command prints.</summary>
    Command,

    /// <summary>Whoever sits at the terminal.</summary>
    Ask,
}
