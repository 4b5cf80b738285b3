using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>A public key in OpenSSH's one-line form, without options: type, base64, comment.</summary>
sealed class SshKeyShape : ScalarShape<string>
{
    static readonly string[] Types =
    [
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    ];

    public override string Type => "public key, such as `ssh-ed25519 AAAA… me@here`";

    public override bool TryParse(string text, [NotNullWhen(true)] out string? value, out Complaint complaint)
    {
        value = null;
        complaint = default;
        var parts = text.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        if (text.Contains("PRIVATE KEY", StringComparison.Ordinal))
            complaint = new("this is a private key", "give the .pub file's line, and make a new key pair if others can read this file");
        else if (parts.Length < 2 || !Types.Contains(parts[0]) || !IsKeyOf(parts[0], parts[1]))
            complaint = new($"{Words.Quote(text)} is not a public key", "give one line of a .pub file: type, key, comment");
        else if (
            parts.Length == 3
            && !parts[2].All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '.' or '_' or '@' or '+' or '-' or ':' or '/' or '(' or ')')
        )
            complaint = new(
                $"the key's comment {Words.Quote(parts[2])} holds a character that is not allowed here",
                "letters, digits, spaces and \". _ @ + - : / ( )\""
            );
        else
            value = string.Join(' ', parts).TrimEnd();

        return value is not null;
    }

    public override JsonObject Schema() =>
        new() { ["type"] = "string", ["pattern"] = "^(ssh|ecdsa|sk)-[a-z0-9@.-]+ +[A-Za-z0-9+/=]+( .*)?$" };

    // The key names its own type once more: length (4 bytes, most significant first), then the name.
    static bool IsKeyOf(string type, string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length)
            && length > 4 + type.Length
            && bytes is [0, 0, 0, var named, ..]
            && named == type.Length
            && Encoding.ASCII.GetString(bytes, 4, named) == type;
    }
}
