using System.Runtime.InteropServices;

namespace Croft.Cli;

/// <summary>What the caller's umask leaves open to everybody.</summary>
static class Umask
{
    const uint WriteOfOthers = 2;
    const uint All = 511;

    /// <summary>
    /// Nobody else may write what Croft makes, whatever the umask: who writes its ssh configuration or its lock acts as the user.
    /// </summary>
    public static void Tighten() => _ = umask(umask(All) | WriteOfOthers);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern uint umask(uint mask);
}
