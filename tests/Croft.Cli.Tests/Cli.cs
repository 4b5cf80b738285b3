using System.Runtime.CompilerServices;
using Croft.Testing;
using Croft.Tools;

namespace Croft.Cli.Tests;

/// <summary>The program as a child process, in a folder and a home of its own.</summary>
sealed class Cli : IDisposable
{
    public Cli()
    {
        Folder = TestFolder.New();
        Home = TestFolder.New();
        Environment["XDG_DATA_HOME"] = Path.Combine(Home, "data");
        Environment["XDG_CACHE_HOME"] = Path.Combine(Home, "cache");
    }

    public string Folder { get; }

    public string Home { get; }

    /// <summary>The clone that these tests were built from.</summary>
    public static string Repository { get; } = Path.GetFullPath("../..", Path.GetDirectoryName(Here())!);

    public static string Program => TestedProgram.Path;

    /// <summary>Variables that one test sets beside those of every test; null removes one.</summary>
    public Dictionary<string, string?> Environment { get; } = new() { ["NO_COLOR"] = null, ["TERM"] = "xterm" };

    public Task<ToolResult> RunAsync(params string[] arguments) => InAsync(Folder, arguments);

    /// <summary>Runs it in another folder.</summary>
    public Task<ToolResult> InAsync(string folder, params string[] arguments) => ToolAsync(folder, Program, arguments);

    /// <summary>Runs it on a terminal; what it says there is the result's output, in both streams' order.</summary>
    public Task<ToolResult> OnTerminalAsync(params string[] arguments) =>
        ToolAsync(Folder, "script", "-qec", string.Join(' ', arguments.Prepend(Program).Select(a => $"'{a}'")), "/dev/null");

    /// <summary>Runs a command of the shell, in which <c>$croft</c> is the program.</summary>
    public Task<ToolResult> ShellAsync(string command, CancellationToken? cancel = null) =>
        TestedProgram.RunAsync(
            Started(Folder, "sh", "-c", $"croft='{Program}'; {command}"),
            cancel ?? TestContext.Current.CancellationToken
        );

    Task<ToolResult> ToolAsync(string folder, string program, params string[] arguments) =>
        TestedProgram.RunAsync(Started(folder, program, arguments), TestContext.Current.CancellationToken);

    Tool Started(string folder, string program, params string[] arguments) =>
        new(program, arguments) { Directory = folder, Environment = Environment };

    public void Write(string file, string text)
    {
        var path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Dispose()
    {
        TestFolder.Delete(Folder);
        TestFolder.Delete(Home);
    }

    static string Here([CallerFilePath] string file = "") => file;
}
