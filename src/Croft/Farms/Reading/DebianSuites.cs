namespace Croft.Farms.Reading;

/// <summary>Debian releases that do not exist for an architecture that Croft knows.</summary>
static class DebianSuites
{
    /// <summary>Why a release cannot be built for an architecture; null when nothing speaks against it.</summary>
    public static Complaint? Refusal(string suite, string arch) =>
        (suite, arch) switch
        {
            ("buster" or "bullseye" or "bookworm", "riscv64") => new($"Debian {suite} was not released for riscv64", "trixie was"),
            ("trixie" or "forky", "i686") => new($"Debian {suite} has no kernel for i386", "bookworm has"),
            _ => null,
        };
}
