using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Croft.Cli.Commands;
using Croft.Farms;

namespace Croft.Cli;

/// <summary>What the parser has to say to people: help, and what it cannot understand.</summary>
static class Usage
{
    /// <summary>The program's name, whatever its file is called.</summary>
    const string Name = "croft";

    /// <summary>Prints the help that was asked for.</summary>
    public static int Help(ParseResult parsed)
    {
        using var text = new StringWriter();
        parsed.Invoke(new InvocationConfiguration { Output = text });
        return Tell(text.ToString().TrimEnd().Replace(RootCommand.ExecutableName, Name, StringComparison.Ordinal) + "\n");
    }

    /// <summary>Prints what was asked for, and returns the exit code.</summary>
    public static int Tell(string text)
    {
        try
        {
            Terminal.ResultText(text);
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // nothing takes it: a full disk, a closed descriptor
        {
            return ErrorPrinter.Print(e, new Terminal(noColor: false), verbose: false);
        }
    }

    /// <summary>Says what cannot be understood and returns the exit code; null when everything can.</summary>
    public static int? Refuse(ParseResult parsed)
    {
        var said = parsed.Action is ParseErrorAction ? parsed.Errors.Select(e => Regex.Replace(e.Message, @"\s*\n\s*", " ")).ToList() : [];
        if (said.Count == 0 && StrayOption(parsed) is { } stray)
            said.Add($"Unrecognized option '{stray}'.");
        if (said.Count == 0)
            return null;
        var terminal = new Terminal(noColor: false);
        var command = parsed.CommandResult.Command;
        if (said.Count > 1)
            said.RemoveAll(line => line.StartsWith("Required command", StringComparison.Ordinal)); // the unknown word is what was meant to be it
        foreach (var line in said)
            terminal.Say($"{terminal.Bad("Error:")} {line}");
        var near = parsed
            .UnmatchedTokens.Select(word => Words.DidYouMean(word, command.Subcommands.Select(c => c.Name)))
            .FirstOrDefault(hint => hint is not null);
        terminal.Say(
            $"{terminal.Strong("Hint:")} {(near is null ? "" : near + " ")}{(command is RootCommand ? Name : $"{Name} {Path(parsed.CommandResult)}")} --help shows what there is"
        );
        return (int)FaultKind.Usage;
    }

    /// <summary>An unknown option that became an argument. Only a command for a guest has options of its own.</summary>
    static string? StrayOption(ParseResult parsed) =>
        parsed.Action is null || parsed.CommandResult.Command.Name == SshCommand.Name
            ? null
            : parsed
                .Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash)
                .FirstOrDefault(t => t.Type == TokenType.Argument && t.Value.StartsWith("--", StringComparison.Ordinal))
                ?.Value;

    /// <summary>A command as it is typed: <c>snapshot restore</c>.</summary>
    public static string Path(SymbolResult result) =>
        result.Parent is CommandResult { Command: not RootCommand } parent
            ? $"{Path(parent)} {((CommandResult)result).Command.Name}"
            : ((CommandResult)result).Command.Name;
}
