using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>Where a machine's base disk comes from.</summary>
/// <param name="Name">The name it is listed under: the catalogue's, or the platform's.</param>
public abstract record ImageSpec(string Name, Location? At)
{
    /// <summary>What it is called while it is made.</summary>
    internal virtual string Title => Name;
}

/// <summary>Built from Debian's packages by mmdebstrap.</summary>
/// <param name="Suite">Code name of the Debian release, such as <c>bookworm</c>.</param>
/// <param name="Flavour">What starts in the guest.</param>
/// <param name="Arch">libvirt's name of the architecture.</param>
/// <param name="Packages">Further packages, sorted.</param>
/// <param name="Mirror">Address of the Debian mirror; null takes those of the building machine's own apt sources.</param>
public sealed record BuiltImage(string Name, string Suite, ImageFlavour Flavour, string Arch, ImmutableArray<string> Packages, string? Mirror, Location? At)
    : ImageSpec(Name, At)
{
    internal override string Title => $"{Name} ({Architectures.DebianName(Arch)})";
}

/// <summary>What starts in a built image.</summary>
public enum ImageFlavour
{
    /// <summary>busybox init, sshd, guest agent, python3; answers in seconds under emulation.</summary>
    Micro,

    /// <summary>systemd and cloud-init.</summary>
    Systemd,
}

/// <summary>A disk image on this machine.</summary>
/// <param name="File">Full path; qcow2 or raw.</param>
/// <param name="Sha256">Expected SHA-256 of the file, lower case hex; null computes it.</param>
public sealed record FileImage(string Name, string File, string? Sha256, Location? At) : ImageSpec(Name, At)
{
    /// <summary><c>qcow2</c> or <c>raw</c>, as declared; null finds it out.</summary>
    public string? Format { get; init; }
}

/// <summary>A disk image to fetch; one that is packed is unpacked.</summary>
/// <param name="Url"><c>http</c> or <c>https</c>.</param>
/// <param name="Checksum">Expected digest, <c>sha256:hex</c> or <c>sha512:hex</c>; null fetches it from <paramref name="ChecksumUrl"/>.</param>
/// <param name="ChecksumUrl">Address of a SHA256SUMS or SHA512SUMS file; null looks beside the image.</param>
public sealed record UrlImage(string Name, Uri Url, string? Checksum, Uri? ChecksumUrl, Location? At) : ImageSpec(Name, At);
