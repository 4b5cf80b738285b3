using System.Text.RegularExpressions;

namespace Croft.Farms;

/// <summary>
/// A host that ssh goes through on its way to guests. What is not said here is as the user's own ssh configuration has it.
/// </summary>
/// <param name="Host">A name, an alias of the user's ssh configuration, or an address.</param>
public sealed partial record Jump(string Host, string? User, int? Port)
{
    /// <summary>The form of one that is written, as editors know it.</summary>
    internal const string Pattern = "^" + Inner + "$";

    const string Inner = "([A-Za-z_][A-Za-z0-9._-]{0,63}@)?([A-Za-z0-9][A-Za-z0-9._-]{0,252}|\\[[0-9A-Fa-f:]{2,39}\\])(:[0-9]{1,5})?";

    /// <summary>The private key that logs in there; null is the user's own.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The file of host keys; null is the user's own.</summary>
    public string? KnownHosts { get; init; }

    /// <summary>Whether its host key is checked.</summary>
    public bool IsVerified { get; init; } = true;

    /// <summary>As <c>user@host:port</c>.</summary>
    public override string ToString() =>
        $"{(User is null ? "" : User + "@")}{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}{(Port is null ? "" : $":{Port}")}";

    /// <summary>Reads <c>user@host:port</c>; null when it is nothing of the kind.</summary>
    internal static Jump? Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
            return null;
        int? port = match.Groups[3].Value is { Length: > 1 } p
            ? int.Parse(p[1..], System.Globalization.CultureInfo.InvariantCulture)
            : null;
        return port is 0 or > 65535
            ? null
            : new(match.Groups[2].Value.Trim('[', ']'), match.Groups[1].Value is { Length: > 1 } user ? user[..^1] : null, port);
    }

    [GeneratedRegex("^" + Inner + "\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
