using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>What a farm file leaves to the host it is read on. The library does not ask the environment; the caller does.</summary>
/// <param name="LocalUri">The hypervisor when none is declared: <c>qemu:///system</c> for root, <c>qemu:///session</c> otherwise.</param>
/// <param name="HostArch">libvirt's name of this host's architecture.</param>
/// <param name="Session">Whether <paramref name="LocalUri"/> is a session hypervisor: networks are then <c>user</c> unless they say
/// otherwise.</param>
public sealed record FarmDefaults(string LocalUri, string HostArch, bool Session)
{
    /// <summary>Where containers run when none is declared: this host's LXD or Incus.</summary>
    public string ContainerUri { get; init; } = "lxd://";

    /// <summary>The user's own files of the image catalogue, each with a family.</summary>
    public ImmutableArray<string> Catalog { get; init; } = [];

    /// <summary>What the user wrote for all farms; it need not be there. Null for none.</summary>
    public string? Configuration { get; init; }

    /// <summary>The folder of the user's own platforms, a file each; it need not be there. Null for none.</summary>
    public string? Platforms { get; init; }

    /// <summary>The defaults of this process's architecture, for root or another user.</summary>
    public static FarmDefaults For(bool rootUser) =>
        new(
            rootUser ? "qemu:///system" : "qemu:///session",
            System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
            {
                System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
                System.Runtime.InteropServices.Architecture.RiscV64 => "riscv64",
                System.Runtime.InteropServices.Architecture.Ppc64le => "ppc64le",
                System.Runtime.InteropServices.Architecture.S390x => "s390x",
                System.Runtime.InteropServices.Architecture.X86 => "i686",
                _ => "x86_64",
            },
            !rootUser
        );
}
