using Croft.Tools;

namespace Croft.Cli.Tests;

/// <summary>The built program as a child process, in a folder and a home of its own.</summary>
sealed class Cli : IDisposable
{
    public Cli()
    {
        Folder = Directory.CreateTempSubdirectory("croft-cli-").FullName;
        Home = Directory.CreateTempSubdirectory("croft-home-").FullName;
    }

    public string Folder { get; }

    public string Home { get; }

    static string Program => Path.Combine(AppContext.BaseDirectory, "Croft.Cli");

    public Task<ToolResult> RunAsync(params string[] arguments) => new Tool(Program, arguments)
    {
        Directory = Folder,
        Environment = new Dictionary<string, string?>
        {
            ["XDG_DATA_HOME"] = Path.Combine(Home, "data"),
            ["XDG_CACHE_HOME"] = Path.Combine(Home, "cache"),
            ["NO_COLOR"] = null,
        },
    }.RunAsync(TestContext.Current.CancellationToken);

    public void Write(string file, string text)
    {
        var path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        Directory.Delete(Home, recursive: true);
    }
}
