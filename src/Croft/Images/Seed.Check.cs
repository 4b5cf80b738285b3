using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Croft.Images;

public static partial class Seed
{
    /// <summary>Checks every value, in whichever form it will be written.</summary>
    /// <exception cref="CroftException">One is not what it should be.</exception>
    internal static void Check(SeedContent content)
    {
        MetaData(content);
        NetworkConfig(content);
        UserData(content);
    }

    const string NicForm = "the name of a network card";

    static string Identifier(string value) => Quoted(value, IdentifierForm(), "an instance id");

    static string HostName(string value) => Quoted(value, HostNameForm(), "a host name");

    static string Mac(string value) => Quoted(value.ToLowerInvariant(), MacForm(), "a MAC address");

    static string NicName(string value) => Quoted(value, NicNameForm(), NicForm);

    static string UserName(string value) => Quoted(value, UserForm(), "the name of a user");

    static string Hash(string value) =>
        HashForm().IsMatch(value) ? $"\"{value}\"" : throw CroftException.Usage("that is no hash of a password");

    static string FileSystem(string value) => Quoted(value, FileSystemForm(), "a file system");

    static string Folder(string value) => Quoted(value, FolderForm(), "the full path of a folder");

    static string Device(string serial) =>
        $"\"/dev/disk/by-id/virtio-{Checked(serial, SerialForm(), "a disk's serial number (at most 20 letters, digits, - and _)")}\"";

    /// <summary>As long as the file system allows.</summary>
    static string Label(string serial, string format)
    {
        var most = format switch
        {
            "xfs" => 12,
            "vfat" => 11,
            _ => 16,
        };
        return serial.Length <= most ? serial : serial[..most];
    }

    static bool IsSix(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>An address of one card that means the same on every link.</summary>
    static IPAddress Plain(IPAddress address) =>
        (IsSix(address) && address.ScopeId != 0) || IPAddress.IsLoopback(address)
            ? throw Wrong(address.ToString(), "an address of a card")
            : address;

    static int Prefix(int length) => length is >= 1 and <= 32 ? length : throw Wrong(length.ToString(), "the length of a network prefix");

    static int Prefix6(int length) => length is >= 1 and <= 128 ? length : throw Wrong(length.ToString(), "the length of a network prefix");

    static string[] PrivateKey(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Trim().Split('\n');
        var framed =
            lines.Length > 2 && lines[0] == "-----BEGIN OPENSSH PRIVATE KEY-----" && lines[^1] == "-----END OPENSSH PRIVATE KEY-----";
        return framed && lines[1..^1].All(line => Base64Form().IsMatch(line))
            ? lines
            : throw CroftException.Usage("the host key is no private key in OpenSSH's format"); // the key itself is not shown
    }

    static string PublicKey(string text) => Checked(text.Trim(), PublicKeyForm(), "an ed25519 public key in OpenSSH's one-line form");

    static string AuthorizedKey(string text)
    {
        var key = text.Trim();
        return key.Length > 0 && key[0] != '#' && !key.Any(char.IsControl) && KeyForm().IsMatch(key)
            ? key
            : throw Wrong(text, "a public key in OpenSSH's one-line form");
    }

    static string Quoted(string value, Regex form, string what) => $"\"{Checked(value, form, what)}\"";

    static string Checked(string value, Regex form, string what) => form.IsMatch(value) ? value : throw Wrong(value, what);

    static CroftException Wrong(string value, string what) =>
        CroftException.Usage($"\"{new string([.. value.Take(80).Select(c => char.IsControl(c) ? '?' : c)])}\" is not {what}");

    // \z, not $: $ would let a line end through.
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}\z")]
    private static partial Regex IdentifierForm();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\z")]
    private static partial Regex HostNameForm();

    [GeneratedRegex(@"^([0-9a-f]{2}:){5}[0-9a-f]{2}\z")]
    private static partial Regex MacForm();

    [GeneratedRegex(@"^[a-z][a-z0-9]{0,14}\z")]
    private static partial Regex NicNameForm();

    [GeneratedRegex(@"^[a-z_][a-z0-9_-]{0,31}\z")]
    private static partial Regex UserForm();

    [GeneratedRegex(@"^\$6\$[A-Za-z0-9./]{1,16}\$[A-Za-z0-9./]{86}\z")]
    private static partial Regex HashForm();

    [GeneratedRegex(@"^[a-z][a-z0-9]{1,15}\z")]
    private static partial Regex FileSystemForm();

    [GeneratedRegex(@"^(/(?!\.\.?(/|\z))[A-Za-z0-9._@+-]+)+\z")]
    private static partial Regex FolderForm();

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,20}\z")]
    private static partial Regex SerialForm();

    [GeneratedRegex(@"^[A-Za-z0-9+/=]+\z")]
    private static partial Regex Base64Form();

    [GeneratedRegex(@"^ssh-ed25519 [A-Za-z0-9+/]+={0,2}( [A-Za-z0-9@._-]+)?\z")]
    private static partial Regex PublicKeyForm();

    // Options, then the type, then the key; the comment is anything.
    [GeneratedRegex(@"(^|\s)(ssh-|ecdsa-|sk-)[a-z0-9@.-]+ +[A-Za-z0-9+/]{16,}={0,2}(\s|\z)")]
    private static partial Regex KeyForm();
}
