using System.Security.Cryptography;
using System.Text;

namespace Croft.Tests.Images;

/// <summary>
/// What publishers have on their servers: indexes, listings and lists of checksums in the forms that each uses, of small files. The file
/// server
/// has them below each host's name.
/// </summary>
static partial class Publishers
{
    /// <summary>
    /// Of a name and an architecture: the address that it means, and documents by address. <c>SHA256</c>, <c>SHA512</c> and <c>MD5</c> in
    /// them are the image's.
    /// </summary>
    public static readonly Dictionary<(string Name, string Arch), (string Url, (string At, string Text)[] Documents)> All = new[]
    {
        DebianUbuntuFedora(),
        EnterpriseLinux(),
        Others(),
    }
        .SelectMany(some => some)
        .ToDictionary();

    /// <summary>Puts the documents of one image, and the image.</summary>
    /// <returns>The path of the image.</returns>
    public static string Put(this FileServer server, (string Name, string Arch) image, byte[] disk)
    {
        var (url, documents) = All[image];
        foreach (var (at, text) in documents)
            server.Files[PathOf(at)] = Encoding.UTF8.GetBytes(Filled(text, disk));
        server.Files[PathOf(url)] = disk;
        return PathOf(url);
    }

    /// <summary>Where the server has what the publisher has at an address.</summary>
    public static string PathOf(string url) => new Uri(url) is var uri ? $"/{uri.Host}{uri.PathAndQuery}" : "";

    // Form and names first: "SHA256 (file) = SHA256" has the algorithm's name, too.
    static string Filled(string text, byte[] disk) =>
        string.Join(
            '\n',
            text.Split('\n')
                .Select(line =>
                {
#pragma warning disable CA5351 // as CirrOS has it
                    string Digest(string algorithm) =>
                        Convert.ToHexStringLower(
                            algorithm switch
                            {
                                "SHA512" => SHA512.HashData(disk),
                                "MD5" => MD5.HashData(disk),
                                _ => SHA256.HashData(disk),
                            }
                        );
#pragma warning restore CA5351
                    line = line.Replace("OTHER256", new string('0', 64), StringComparison.Ordinal)
                        .Replace("OTHER512", new string('0', 128), StringComparison.Ordinal);
                    foreach (var algorithm in (string[])["SHA512", "SHA256", "MD5"])
                    {
                        if (line.Contains("HASH", StringComparison.Ordinal) || line.StartsWith("Hash:", StringComparison.Ordinal))
                            continue;
                        line = line.StartsWith(algorithm + " (", StringComparison.Ordinal)
                            ? line.Replace($") = {algorithm}", $") = {Digest(algorithm)}", StringComparison.Ordinal)
                            : line.Replace(algorithm, Digest(algorithm), StringComparison.Ordinal);
                    }

                    return line;
                })
        );
}
