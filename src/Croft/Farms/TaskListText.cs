using Croft.Farms.Reading;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Croft.Farms;

/// <summary>
/// Whether a text can be a list of tasks, as far as its form tells it. What tasks mean is Ansible's alone, and tags and keys given twice
/// are, too.
/// </summary>
static class TaskListText
{
    const string Cure = "write a list of tasks, each beginning with \"- \", such as - ansible.builtin.ping:";

    const string Playbook = "is a playbook, and a phase is a list of tasks";
    const string Tasks = "keep what is below tasks:, without hosts:; Croft makes the play, on each machine";
    const string OneMachine = "leave it out: each machine's phase is a play of its own, side by side with those of the others";
    const string Facts = "leave it out: project.ansible.gather_facts says what is gathered";

    /// <summary>What belongs to a play alone, with the cure; empty where the file is a playbook.</summary>
    static readonly Dictionary<string, string> OfPlays = new(StringComparer.Ordinal)
    {
        ["hosts"] = "",
        ["tasks"] = "",
        ["pre_tasks"] = "",
        ["post_tasks"] = "",
        ["import_playbook"] = "",
        ["ansible.builtin.import_playbook"] = "",
        ["roles"] = "write a task for each: - import_role: { name: NAME }",
        ["handlers"] = "write them into handlers/main.yaml, of the phases or of the project's folder",
        ["serial"] = OneMachine,
        ["order"] = OneMachine,
        ["max_fail_percentage"] = OneMachine,
        ["strategy"] = "leave it out; strategy = NAME in [defaults] of ansible.cfg sets it",
        ["force_handlers"] = "leave it out; force_handlers = true in [defaults] of ansible.cfg sets it",
        ["gather_facts"] = Facts,
        ["gather_subset"] = Facts,
        ["gather_timeout"] = Facts,
        ["fact_path"] = Facts,
        ["vars_files"] = "write a task for each: - include_vars: FILE",
        ["vars_prompt"] = "leave it out; croft run -e NAME=VALUE gives values",
    };

    /// <summary>What is wrong with it; null when nothing is.</summary>
    /// <param name="file">As the user knows it.</param>
    /// <param name="phase">The phase's name.</param>
    public static Problem? Complaint(string text, string file, string phase)
    {
        if (text.StartsWith("$ANSIBLE_VAULT;", StringComparison.Ordinal))
            return null;
        var scanner = new Scanner(new StringReader(text.TrimStart('\ufeff')));
        try
        {
            return Wrong(new(scanner)) is var (at, what, cure) ? Said(at, what, cure) : null;
        }
        // Ansible's parser takes lines of quoted text that are not indented; this one does not.
        catch (YamlException e) when (e.Message.Contains("wrong indentation", StringComparison.Ordinal))
        {
            return null;
        }
        catch (YamlException e)
        {
            return Said(e.Start, $"is not YAML: {YamlText.Sentence(e.Message)}", null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Said(scanner.CurrentPosition, $"is not YAML: {YamlText.Unfinished}", null);
        }

        Problem Said(Mark at, string what, string? hint) =>
            new(new Location(file, (int)at.Line, (int)at.Column), "", $"the file of phase {phase} {what}", hint);
    }

    /// <summary>Reads to the end, since what is no YAML may be there.</summary>
    static (Mark At, string What, string Cure)? Wrong(Parser parser)
    {
        (Mark, string, string)? wrong = null;
        var isKey = true;
        for (var depth = 0; parser.MoveNext(); )
        {
            var read = parser.Current!;
            if (depth == 2 && isKey && read is Scalar key && OfPlays.TryGetValue(key.Value, out var cure))
                wrong ??=
                    cure.Length == 0
                        ? (read.Start, Playbook, Tasks)
                        : (read.Start, $"has \"{key.Value}\", which plays have, not tasks", cure);
            else if (depth < 2 && NoTask(read, depth) is { } what)
                wrong ??= (read.Start, what, Cure);
            isKey = depth > 2 ? isKey : depth < 2 || read is not NodeEvent || !isKey;
            depth += read switch
            {
                SequenceStart or MappingStart => 1,
                SequenceEnd or MappingEnd => -1,
                _ => 0,
            };
        }

        return wrong;
    }

    /// <summary>What begins in place of the list, or of a task in it.</summary>
    static string? NoTask(ParsingEvent read, int depth) =>
        (depth, read) switch
        {
            (0, MappingStart) => "is no list of tasks but a map",
            (0, Scalar { IsPlainImplicit: false } or Scalar { Value: not ("" or "~" or "null") }) =>
                "is no list of tasks but a single value",
            (1, Scalar) => "has a single value in place of a task",
            (1, SequenceStart) => "has a list in place of a task",
            _ => null,
        };
}
