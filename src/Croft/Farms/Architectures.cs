using Croft.Farms.Reading;

namespace Croft.Farms;

/// <summary>Processor architectures: libvirt's names, and Debian's for the same.</summary>
public static class Architectures
{
    static readonly (string Libvirt, string Debian)[] Known =
    [
        ("x86_64", "amd64"),
        ("aarch64", "arm64"),
        ("riscv64", "riscv64"),
        ("ppc64le", "ppc64el"),
        ("s390x", "s390x"),
        ("i686", "i386"),
    ];

    internal static readonly ChoiceShape<string> Shape = new([
        .. Known.Select(arch => (arch.Libvirt, arch.Libvirt)),
        .. Known.Where(arch => arch.Debian != arch.Libvirt).Select(arch => (arch.Debian, arch.Libvirt)),
    ]);

    /// <summary>Debian's name of an architecture given by libvirt's name; the same name when it is not known.</summary>
    public static string DebianName(string arch) => Known.FirstOrDefault(known => known.Libvirt == arch).Debian ?? arch;

    /// <summary>libvirt's name of an architecture given by either name; null when it is not known.</summary>
    public static string? LibvirtName(string arch) => Shape.TryParse(arch, out var name, out _) ? name : null;
}
