using System.Text.RegularExpressions;

namespace Croft.Phases;

/// <summary>Why Ansible did not begin: its first <c>ERROR!</c> line, with the place that it names further down.</summary>
sealed partial class AnsibleRefusal
{
    string error = "";
    string place = "";

    /// <summary>With the place; empty when there was none.</summary>
    public string Words => error + place;

    /// <summary>Looks at a line of output.</summary>
    public void Take(string line)
    {
        if (error.Length == 0 && Error().Match(line) is { Success: true } said)
            error = said.Groups[1].Value;
        else if (error.Length > 0 && place.Length == 0 && Place().Match(line) is { Success: true } at)
            place = $" ({at.Groups[1].Value}:{at.Groups[2].Value}:{at.Groups[3].Value})";
    }

    [GeneratedRegex(@"^(?:ERROR! |\[ERROR\]: )(.+)$")]
    private static partial Regex Error();

    [GeneratedRegex(@"The error appears to be in '(.+)': line (\d+), column (\d+)")]
    private static partial Regex Place();
}
