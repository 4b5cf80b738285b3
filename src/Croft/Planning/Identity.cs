using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Names and numbers that follow from what the user declared, so that they are the same in every plan.</summary>
public static class Identity
{
    const int MostDigits = 11;
    const int LargestOnStack = 1024;

    /// <summary>A card's MAC in QEMU's range 52:54:00.</summary>
    /// <param name="attempt">0, and further when the result is taken.</param>
    public static string Mac(string farm, string machine, int card, int attempt)
    {
        var bytes = Hash("mac", farm, machine, card.ToString(CultureInfo.InvariantCulture), attempt.ToString(CultureInfo.InvariantCulture));
        return $"52:54:00:{bytes[0]:x2}:{bytes[1]:x2}:{bytes[2]:x2}";
    }

    /// <summary>A bridge device's name: Linux allows 15 characters.</summary>
    public static string Bridge(string farm, string network) => "cr" + Convert.ToHexStringLower(Hash("bridge", farm, network))[..12];

    /// <summary>A number below <paramref name="count"/> that depends on the farm only.</summary>
    public static int Pick(string what, string farm, int count) => (int)(BitConverter.ToUInt32(Hash(what, farm)) % (uint)count);

    /// <summary>Digest of what a restart can change.</summary>
    public static string HardwareDigest(MachineSpec spec, string virtType, IEnumerable<Nic> nics) =>
        Digest([
            virtType,
            spec.Machine,
            spec.Cpu,
            spec.Vcpus.ToString(CultureInfo.InvariantCulture),
            spec.Memory.ToString(CultureInfo.InvariantCulture),
            .. spec.Disc is { } disc ? [DiscOf(disc)] : Array.Empty<string>(),
            .. spec.Boots.IsEmpty ? Array.Empty<string>() : [$"boot {string.Join(' ', spec.Boots)}"],
            .. spec.Container?.Parts() ?? [],
            .. spec.DomainXml is { } own ? [$"domain {own.Text}"] : Array.Empty<string>(),
            .. nics.Select(n =>
                $"{n.Network} {n.Bridge} {n.Mac} {n.Address}{(n.Source == NicSource.Network ? "" : $" {n.Source}")}{(n.Model is null ? "" : $" {n.Model}")}{(n.Address6 is null ? "" : $" {n.Address6}")}{(n.DefaultRoute is null ? "" : $" route {n.DefaultRoute}")}{(n.Forwards.Length == 0 ? "" : $" {n.Forwards}")}{(n.IsClosed ? " closed" : "")}{(n.Filter is null ? "" : $" filter {n.Filter}")}"
            ),
        ]);

    /// <summary>Which CD it is, as it was declared.</summary>
    public static string DiscOf(ImageSpec disc) =>
        disc switch
        {
            FileImage file => $"cdrom {file.File}",
            UrlImage url => $"cdrom {url.Url} {url.Checksum}",
            _ => $"cdrom {disc.Name}",
        };

    /// <summary>Digest of what only a new machine can change.</summary>
    public static string DiskDigest(MachineSpec spec, string? image) =>
        Digest([
            image,
            spec.Arch,
            spec.Firmware.ToString(),
            spec.User,
            spec.DiskSize?.ToString(CultureInfo.InvariantCulture),
            .. spec.Disks.Select(d => $"{d.Name} {d.Size} {d.Format} {d.Mount}{(d.Raw ? " raw" : "")}"),
            .. spec.SecureBoot ? ["secure boot"] : Array.Empty<string>(),
            .. spec.Tpm ? ["tpm"] : Array.Empty<string>(),
            .. spec.FirstBoot.Parts(),
            .. spec.Login.Password is null ? Array.Empty<string>() : ["password"], // the seed gives it
            .. spec.Login.Port == LoginSpec.SshPort ? Array.Empty<string>() : [$"port {spec.Login.Port}"],
            .. spec.IsContainer ? ["container"] : Array.Empty<string>(),
            .. spec.Container?.Pool is { } pool ? [$"pool {pool}"] : Array.Empty<string>(),
            .. spec.Container?.Member is { } member ? [$"member {member}"] : Array.Empty<string>(),
        ]);

    /// <summary>Digest of the further keys that log in.</summary>
    public static string KeysDigest(Farm farm) => Digest(farm.SshKeys)[..16];

    /// <summary>SHA-256 over texts, lower case hex; each text keeps its borders.</summary>
    public static string Digest(params IEnumerable<string?> parts) => Convert.ToHexStringLower(Hash([.. parts]));

    static byte[] Hash(params ReadOnlySpan<string?> parts)
    {
        // Called several times for each of many thousand machines: one buffer, no formatting.
        var size = 0;
        foreach (var part in parts)
            size += MostDigits + 2 + Encoding.UTF8.GetMaxByteCount(part?.Length ?? 0);
        var bytes = size <= LargestOnStack ? stackalloc byte[size] : new byte[size];
        var length = 0;
        foreach (var part in parts)
        {
            (part?.Length ?? -1).TryFormat(bytes[length..], out var written, default, CultureInfo.InvariantCulture);
            length += written;
            bytes[length++] = (byte)':';
            length += Encoding.UTF8.GetBytes(part, bytes[length..]);
            bytes[length++] = (byte)'\n';
        }

        return SHA256.HashData(bytes[..length]);
    }
}
