using System.Runtime.CompilerServices;

namespace Croft.Tests.Farms;

/// <summary>The clone that these tests were built from.</summary>
static class Repository
{
    public static readonly string Root = Path.GetFullPath("../../..", Path.GetDirectoryName(Here())!);

    static string Here([CallerFilePath] string file = "") => file;
}
