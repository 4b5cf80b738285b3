using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>Where a machine's base disk comes from.</summary>
/// <param name="Name">The name it is listed under: the catalogue's, or the platform's.</param>
public abstract record ImageSpec(string Name, Location? At)
{
    /// <summary>What it is called while it is made.</summary>
    internal virtual string Title => Name;

    /// <summary>What it is made of; itself when nothing is done to it.</summary>
    internal virtual ImageSpec Origin => this;

    /// <summary>The least processor that boots it, such as <c>x86-64-v2</c>; null when any does, or nobody knows.</summary>
    public virtual string? Cpu => null;

    /// <summary>The least memory in bytes with which it works; null when nobody knows.</summary>
    public virtual long? Memory => null;
}

/// <summary>
/// An image that its publisher makes anew from time to time. Which one is taken is found out when it is needed, and then kept in
/// croft.lock.
/// </summary>
/// <param name="Version">Empty for the newest.</param>
/// <param name="Variant">The family's name of it; empty where the family has none.</param>
/// <param name="Arch">libvirt's name of the architecture.</param>
/// <param name="Mirror">Takes the place of the publisher's address; null for the publisher.</param>
/// <param name="Mirrors">Has every host's files below the host's name; null for none.</param>
public sealed record CatalogueImage(
    string Name,
    ImageFamily Family,
    string Version,
    string Variant,
    string Arch,
    string? Mirror,
    string? Mirrors,
    Location? At
) : ImageSpec(Name, At)
{
    /// <summary>The one name of all its spellings, with the architecture: its key in croft.lock.</summary>
    public string Key { get; } =
        string.Join(
            '_',
            ((string[])[Family.Name, Version, Family.Variants is [var first, ..] && first.Name == Variant ? "" : Variant]).Where(part =>
                part.Length > 0
            )
        )
        + "/"
        + Arch;

    /// <summary>What holds of its machines.</summary>
    public MachineRule Machine { get; } = Family.MachineOf(Version, Variant, Arch);

    /// <inheritdoc/>
    public override string? Cpu => Machine.Cpu;

    /// <inheritdoc/>
    public override long? Memory => Machine.Memory;

    internal override string Title => $"{Name} ({Architectures.DebianName(Arch)})";
}

/// <summary>Built from Debian's packages by mmdebstrap.</summary>
/// <param name="Suite">Code name of the Debian release, such as <c>bookworm</c>.</param>
/// <param name="Flavour">What starts in the guest.</param>
/// <param name="Arch">libvirt's name of the architecture.</param>
/// <param name="Packages">Further packages, sorted.</param>
/// <param name="Mirror">Address of the Debian mirror; null takes those of the building machine's own apt sources, else Debian's own.</param>
public sealed record BuiltImage(
    string Name,
    string Suite,
    ImageFlavour Flavour,
    string Arch,
    ImmutableArray<string> Packages,
    string? Mirror,
    Location? At
) : ImageSpec(Name, At)
{
    /// <summary>Whether it is a root file system for containers, without a kernel; else a disk.</summary>
    public bool IsContainer { get; init; }

    /// <summary>By which apt fetches its packages; null fetches them itself. It changes nothing of the result.</summary>
    public string? AptProxy { get; init; }

    /// <summary>
    /// Whether its kernel has a driver for a model of network card, and something that loads it. Its kernel on amd64 and arm64 is Debian's
    /// for clouds; a micro guest loads drivers of virtio alone.
    /// </summary>
    internal bool Drives(string model) =>
        IsContainer
        || model.StartsWith("virtio", StringComparison.Ordinal)
        || (Flavour == ImageFlavour.Systemd && (model == "vmxnet3" || Arch is not ("x86_64" or "aarch64")));

    internal override string Title => $"{Name} ({Architectures.DebianName(Arch)}{(IsContainer ? ", container" : "")})";
}

/// <summary>An image to which something is done.</summary>
public sealed record SteppedImage(ImageSpec Source, ImmutableArray<ImageStep> Steps) : ImageSpec(Source.Name, Source.At)
{
    /// <inheritdoc/>
    public override string? Cpu => Source.Cpu;

    /// <inheritdoc/>
    public override long? Memory => Source.Memory;

    internal override string Title => Source.Title;

    internal override ImageSpec Origin => Source;

    /// <summary>Whether each machine gets one of its own, whose steps are told of the machine.</summary>
    public bool IsPerMachine { get; init; }

    /// <summary>The machine that it is for, as <see cref="VmVariable"/> says it; null when it is for all.</summary>
    public string? Vm { get; init; }

    /// <summary>Whether libguestfs is needed to make it.</summary>
    public bool IsCustomised => Steps.Any(step => step is CustomiseStep);
}

/// <summary>No image: the root disk begins empty.</summary>
public sealed record EmptyImage(Location? At) : ImageSpec("empty", At);

/// <summary>What starts in a built image.</summary>
public enum ImageFlavour
{
    /// <summary>busybox init, sshd, guest agent, python3; answers in seconds under emulation.</summary>
    Micro,

    /// <summary>systemd and cloud-init.</summary>
    Systemd,
}

/// <summary>A disk image on this machine.</summary>
/// <param name="File">Full path.</param>
/// <param name="Sha256">Expected SHA-256 of the file, lower case hex; null computes it.</param>
public sealed record FileImage(string Name, string File, string? Sha256, Location? At) : ImageSpec(Name, At)
{
    /// <summary>QEMU's name of the format, as declared; null finds it out.</summary>
    public string? Format { get; init; }

    /// <summary>Whether it is a CD, which a machine has in its drive.</summary>
    public bool IsDisc { get; init; }

    /// <summary>The architecture of the containers whose root file system it is; null when it is a disk.</summary>
    public string? Container { get; init; }

    /// <summary>Full path of a root file system's metadata; null where that is in the same archive, or Croft's own will do.</summary>
    public string? Metadata { get; init; }
}

/// <summary>A disk image to fetch; one that is packed is unpacked.</summary>
/// <param name="Url"><c>http</c>, <c>https</c> or <c>ftp</c>.</param>
/// <param name="Checksum">Expected digest, <c>sha256:hex</c> or <c>sha512:hex</c>, of the catalogue also <c>md5:hex</c>; null fetches it
/// from <paramref name="ChecksumUrl"/>.</param>
/// <param name="ChecksumUrl">Address of a SHA256SUMS or SHA512SUMS file; null looks beside the image.</param>
public sealed record UrlImage(string Name, Uri Url, string? Checksum, Uri? ChecksumUrl, Location? At) : ImageSpec(Name, At)
{
    /// <summary>Where it is fetched from in place of its address: a mirror.</summary>
    public Uri Via { get; init; } = Url;

    /// <summary>The image of the catalogue that it is, whose publisher may sign images; null for none.</summary>
    public CatalogueImage? Of { get; init; }

    /// <summary>QEMU's name of the format, as declared; null finds it out.</summary>
    public string? Format { get; init; }

    /// <summary>Whether it is a CD, which a machine has in its drive.</summary>
    public bool IsDisc { get; init; }

    /// <summary>The architecture of the containers whose root file system it is; null when it is a disk.</summary>
    public string? Container { get; init; }

    /// <summary>Where a root file system's metadata is fetched from; the digest is of that and the root file system.</summary>
    public Uri? Metadata { get; init; }
}
