using System.Reflection;

namespace Croft.Cli;

/// <summary>The program's version.</summary>
static class Version
{
    public static string Text => typeof(Version).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
