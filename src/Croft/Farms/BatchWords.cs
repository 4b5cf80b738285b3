using System.Text.RegularExpressions;

namespace Croft.Farms;

/// <summary>What a task says of all hosts of its play together. It is Ansible's to obey, but a phase's play has one machine.</summary>
static partial class BatchWords
{
    /// <summary>The first of each such word in a task list, for people.</summary>
    /// <param name="file">As the user knows it.</param>
    public static IEnumerable<string> In(string text, string file) =>
        from found in Word().Matches(text)
        group found by found.Groups["word"].Value into uses
        let line = text.AsSpan(0, uses.First().Groups["word"].Index).Count('\n') + 1
        select $"{file}:{line}: {Meaning(uses.Key)}";

    static string Meaning(string word) =>
        word switch
        {
            "run_once" => "run_once means once on each machine, whose phase is a play of its own; "
                + "for one of them alone: when: inventory_hostname == groups.vms[0]",
            "throttle" => "throttle counts one machine alone, whose phase is a play of its own beside those of the others; "
                + "for one machine at a time: croft run MACHINE, one after the other",
            _ => "any_errors_fatal ends the phase of this machine alone, which is a play of its own; to stop all: croft run --fail-fast",
        };

    [GeneratedRegex(
        @"^(?:[ \t]*(?:-[ \t]+)?|[^#\n]*[{,][ \t]*)(?<word>run_once|throttle|any_errors_fatal)[ \t]*:(?>[ \t]*)(?!0\b|no\b|false\b)",
        RegexOptions.Multiline | RegexOptions.IgnoreCase
    )]
    private static partial Regex Word();
}
