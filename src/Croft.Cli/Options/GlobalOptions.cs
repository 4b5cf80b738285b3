using System.CommandLine;

namespace Croft.Cli.Options;

/// <summary>Options that every command takes, each defined once.</summary>
sealed class GlobalOptions
{
    public Option<string?> Farm { get; } =
        new("--farm", "-f")
        {
            Description = "Use this farm file, or this pool of croft spawn (default: farm.yaml here or in the nearest folder above)",
            Recursive = true,
            HelpName = "FILE",
        };

    public Option<string> Output { get; } =
        new("--output", "-o")
        {
            Description = "Print the result as",
            Recursive = true,
            DefaultValueFactory = _ => "table",
        };

    public Option<bool> Verbose { get; } =
        new("--verbose", "-v") { Description = "Show what phases print, and where unforeseen errors come from", Recursive = true };

    public Option<bool> NoColor { get; } = new("--no-color") { Description = "Print without colour and live display", Recursive = true };

    public Option<string?> Timeout { get; } =
        new("--timeout")
        {
            Description = "Give up after this time, such as 90s or 10m",
            Recursive = true,
            HelpName = "TIME",
        };

    public Option<bool> Locked { get; } = new("--locked") { Description = "Take only images that croft.lock names", Recursive = true };

    public GlobalOptions() => Output.AcceptOnlyFromAmong("table", "json", "yaml");

    public void AddTo(RootCommand root)
    {
        foreach (var option in new Option[] { Farm, Output, Verbose, NoColor, Timeout, Locked })
            root.Add(option);
    }
}
