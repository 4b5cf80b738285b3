using Croft.Tools;

namespace Croft.Testing;

/// <summary>
/// The program that users get, as <c>./test</c> published it; where no variable names it, the one that was built beside the tests.
/// </summary>
static class TestedProgram
{
    /// <summary>The file.</summary>
    public static string Path { get; } =
        Environment.GetEnvironmentVariable("CROFT_TEST_PROGRAM") ?? System.IO.Path.Combine(AppContext.BaseDirectory, "Croft.Cli");

    /// <summary>Runs it. How long something was waited for is no matter of a test, so its messages come without that.</summary>
    public static async Task<ToolResult> RunAsync(Tool tool, CancellationToken cancel)
    {
        var result = await tool.RunAsync(cancel);
        return result with
        {
            Error = string.Join(
                '\n',
                result.Error.Split('\n').Where(line => !line.StartsWith("Still waiting for ", StringComparison.Ordinal))
            ),
        };
    }

    /// <summary>Copies it, with what must lie beside it, into a folder. Returns the copy.</summary>
    public static async Task<string> CopyAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var native =
            !File.Exists(System.IO.Path.ChangeExtension(Path, ".dll"))
            && !File.Exists(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, "Croft.Cli.dll"));
        await new Tool("cp", "-r", native ? Path : System.IO.Path.GetDirectoryName(Path) + "/.", folder).RunCheckedAsync(
            "copying the program",
            CancellationToken.None
        );
        return System.IO.Path.Combine(folder, System.IO.Path.GetFileName(Path));
    }
}
