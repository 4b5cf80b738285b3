using System.Security.Cryptography.X509Certificates;

namespace Croft.Engines.Lxd;

/// <summary>A service that the user's own client knows by a name.</summary>
/// <param name="Address"><c>https://host:8443</c>, or <c>unix://</c> with or without a path.</param>
/// <param name="ServerCertificate">The file of the only one that is believed; without it those that the system believes are.</param>
sealed record LxdRemote(string Name, string Address, string? Project, string Certificate, string Key, string ServerCertificate)
{
    const string Unix = "unix:";

    public bool IsHere => Address.StartsWith(Unix, StringComparison.Ordinal);

    /// <summary>Null takes the usual ones.</summary>
    public string? Socket => IsHere && Address[Unix.Length..].TrimStart('/') is { Length: > 0 } path ? "/" + path : null;

    public X509Certificate2? Own => File.Exists(Certificate) ? X509Certificate2.CreateFromPemFile(Certificate, Key) : null;

    public string? Fingerprint
    {
        get
        {
            if (!File.Exists(ServerCertificate))
                return null;
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(ServerCertificate));
            return certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256).ToLowerInvariant();
        }
    }
}
