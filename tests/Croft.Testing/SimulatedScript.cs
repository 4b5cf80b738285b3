using System.Formats.Tar;
using Croft.Guests;

namespace Croft.Testing;

/// <summary>
/// The script of a phase as a simulated guest understands it: <c>echo</c>, <c>sleep</c>, <c>poweroff</c>, <c>exit</c>, each on a line of
/// its own.
/// </summary>
sealed record SimulatedScript(IReadOnlyList<(string Word, string Argument)> Steps)
{
    public static readonly SimulatedScript Nothing = new([]);

    /// <summary>Reads what was sent as the guest would unpack it: the last file says which of the others runs.</summary>
    public static SimulatedScript Read(TarReader tar)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var last = "";
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not { } content)
                continue;
            using var text = new StreamReader(content);
            last = files[entry.Name] = text.ReadToEnd();
        }

        var lines = last.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var folder = lines.Last(l => l.StartsWith("cd ", StringComparison.Ordinal))["cd ".Length..].Trim('\'');
        var program = Path.GetFileName(lines[^1].Split(' ')[^1].Trim('\''));
        return new([.. files[Path.Combine(folder["/tmp/".Length..], program)].Split('\n').Select(Step)]);
    }

    static (string, string) Step(string line) =>
        line.Trim().Split(' ', 2) is [var word, var argument] ? (word, argument) : (line.Trim(), "");
}
