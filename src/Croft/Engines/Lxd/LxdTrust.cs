using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Croft.Farms;
using Croft.Farms.Reading;

namespace Croft.Engines.Lxd;

/// <summary>
/// Who we are to services on other hosts, and which of these are believed: by what <c>croft hypervisors trust</c> wrote, or by what the
/// user's own clients know.
/// </summary>
/// <param name="folder">Croft's own: its certificate, and the fingerprints of servers.</param>
/// <param name="clients">lxc's, then incus'.</param>
sealed class LxdTrust(string folder, IReadOnlyList<string> clients)
{
    const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    static readonly TimeSpan Lifetime = TimeSpan.FromDays(3650);

    string CertificateFile => Path.Combine(folder, "client.crt");

    string KeyFile => Path.Combine(folder, "client.key");

    /// <summary>The remote that the user's own client knows by a name; null when there is none.</summary>
    public LxdRemote? Find(string name, bool isIncus) =>
        (isIncus ? clients.Reverse() : clients).SelectMany(RemotesIn).FirstOrDefault(r => r.Name == name);

    /// <summary>The fingerprint that a host was trusted with; null when it was not.</summary>
    public string? FingerprintOf(Uri host)
    {
        var file = PinOf(host);
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    public void Pin(Uri host, string fingerprint)
    {
        var file = PinOf(host);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, fingerprint + "\n");
    }

    /// <summary>Our own certificate; null when none was made yet.</summary>
    public X509Certificate2? Own => File.Exists(CertificateFile) ? X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile) : null;

    /// <summary>The same, made at first use.</summary>
    public X509Certificate2 Make(DateTimeOffset now)
    {
        if (Own is { } there)
            return there;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var request = new CertificateRequest($"CN=croft@{Environment.MachineName}", key, HashAlgorithmName.SHA384);
        using var made = request.CreateSelfSigned(now - TimeSpan.FromDays(1), now + Lifetime);
        Directory.CreateDirectory(folder);
        Write(KeyFile, key.ExportPkcs8PrivateKeyPem());
        Write(CertificateFile, made.ExportCertificatePem());
        return Own!;
    }

    static void Write(string file, string text)
    {
        using var stream = new FileStream(
            file,
            new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = Private,
            }
        );
        stream.Write(System.Text.Encoding.ASCII.GetBytes(text + "\n"));
    }

    string PinOf(Uri host) => Path.Combine(folder, "servers", $"{host.IdnHost}_{host.Port}");

    static IEnumerable<LxdRemote> RemotesIn(string client)
    {
        var file = Path.Combine(client, "config.yml");
        if (
            !File.Exists(file)
            || YamlReader.Read(File.ReadAllText(file), file, new ProblemList()) is not YamlMap root
            || Value(root, "remotes") is not YamlMap remotes
        )
            yield break;
        foreach (var (name, value) in remotes.Entries.Select(e => (e.Key, e.Value as YamlMap)))
        {
            if (value is not null && Word(value, "addr") is { } address && Word(value, "protocol") is null or "lxd" or "incus")
                yield return new(
                    name,
                    Word(value!, "addr")!,
                    Word(value!, "project"),
                    Path.Combine(client, "client.crt"),
                    Path.Combine(client, "client.key"),
                    Path.Combine(client, "servercerts", name + ".crt")
                );
        }
    }

    static string? Word(YamlMap map, string key) =>
        Value(map, key) is YamlScalar { IsNull: false, Text: { Length: > 0 } text } ? text : null;

    static YamlNode? Value(YamlMap map, string key) => map.Entries.FirstOrDefault(e => e.Key == key).Value;
}
