using System.Text.RegularExpressions;

namespace Croft.Phases;

/// <summary>
/// Why Ansible did not begin: its first <c>ERROR!</c> line, with the place that it names further down. Of a file that is no YAML, the
/// reason is further down, too.
/// </summary>
sealed partial class AnsibleRefusal
{
    /// <summary>What ansible-core says before 2.19 of YAML that it cannot read, after what JSON's reader says.</summary>
    const string Unread = "We were unable to read either as JSON nor YAML";
    const string Syntax = "Syntax Error while loading YAML.";

    string error = "";
    string place = "";
    string file = "";

    /// <summary>With the place; empty when there was none.</summary>
    public string Words => error + place;

    /// <summary>The same of a play that had begun: where no place is named, the task says where it was.</summary>
    public string After(PlayedTask? task) =>
        task is not { } last || error.Length == 0 || place.Length > 0 ? Words : $"task \"{last.Name}\" at {last.Place}: {error}";

    /// <summary>A task's words that say what they were about in a file of another place: the reason, with that place.</summary>
    /// <param name="text">All that Ansible said.</param>
    /// <param name="reason">Of that, what people are told.</param>
    /// <param name="task">The task's own place, <c>FILE:LINE</c>.</param>
    public static string Placed(string text, string reason, string task)
    {
        var refusal = new AnsibleRefusal { error = text.StartsWith(Unread, StringComparison.Ordinal) ? Unread : reason.TrimEnd() };
        foreach (var line in text.Split('\n'))
            refusal.Take(line);
        return task.StartsWith(refusal.file + ":", StringComparison.Ordinal) ? refusal.error : refusal.Words;
    }

    /// <summary>Looks at a line of output.</summary>
    public void Take(string line)
    {
        if (error.Length == 0 && Error().Match(line) is { Success: true } said)
            error = said.Groups[1].Value;
        else if (line == Syntax && error.StartsWith(Unread, StringComparison.Ordinal))
            error = Syntax;
        else if (error == Syntax && line.Length > 0)
            error = $"{Syntax.TrimEnd('.')}: {line.Trim()}";
        else if (error.Length > 0 && place.Length == 0 && Place().Match(line) is { Success: true } at)
        {
            file = at.Groups["file"].Value;
            place = $" ({file}:{at.Groups["line"].Value}:{at.Groups["column"].Value})";
        }
    }

    [GeneratedRegex(@"^(?:ERROR! |\[ERROR\]: )(.+)$")]
    private static partial Regex Error();

    [GeneratedRegex(
        @"(?:The error appears to be in '(?<file>.+)': line (?<line>\d+), column (?<column>\d+)|^Origin: (?<file>.+):(?<line>\d+):(?<column>\d+)$)"
    )]
    private static partial Regex Place();
}
