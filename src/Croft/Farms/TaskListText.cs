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

    const string Vault = "$ANSIBLE_VAULT;";

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

    /// <summary>What tasks say of all hosts of their play. It is Ansible's to obey, but a phase's play has one machine.</summary>
    static readonly Dictionary<string, string> OfAllHosts = new(StringComparer.Ordinal)
    {
        ["run_once"] =
            "means once on each machine, whose phase is a play of its own; for one of them alone: when: inventory_hostname == groups.vms[0]",
        ["throttle"] =
            "counts one machine alone, whose phase is a play of its own beside those of the others; "
            + "for one machine at a time: croft run MACHINE, one after the other",
        ["any_errors_fatal"] = "ends the phase of this machine alone, which is a play of its own; to stop all: croft run --fail-fast",
    };

    /// <summary>What is wrong with it; null when nothing is.</summary>
    /// <param name="file">As the user knows it.</param>
    /// <param name="phase">The phase's name.</param>
    public static Problem? Complaint(string text, string file, string phase)
    {
        if (text.StartsWith(Vault, StringComparison.Ordinal))
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

    /// <summary>For people: the first of each word that means something else where each machine has a play of its own.</summary>
    /// <param name="text">One without a <see cref="Complaint"/>.</param>
    /// <param name="file">As the user knows it.</param>
    public static IEnumerable<string> Notes(string text, string file)
    {
        var notes = new Dictionary<string, string>();
        try
        {
            foreach (var (read, _, key) in Nodes(new(new Scanner(new StringReader(text.TrimStart('\ufeff'))))))
            {
                if (key is not null && OfAllHosts.TryGetValue(key.Value, out var meaning) && !IsOff(read))
                    notes.TryAdd(key.Value, $"{file}:{key.Start.Line}: {key.Value} {meaning}");
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What is no YAML is a complaint, or Ansible's to read; what came before is said.
        }

        return notes.Values;
    }

    /// <summary>The keys of its tasks, one of each being its module; of what is no list of tasks, none.</summary>
    public static IEnumerable<string> Keys(string text)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var (_, _, key) in Nodes(new(new Scanner(new StringReader(text.TrimStart('\ufeff'))))))
                keys.Add(key?.Value ?? "");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What is no YAML has no more tasks.
        }

        return keys;
    }

    static bool IsOff(ParsingEvent value) =>
        value is Scalar { Value: var text } && text.ToUpperInvariant() is "0" or "NO" or "FALSE" or "OFF";

    /// <summary>Reads to the end, since what is no YAML may be there.</summary>
    static (Mark At, string What, string Cure)? Wrong(Parser parser)
    {
        (Mark, string, string)? wrong = null;
        foreach (var (read, depth, key) in Nodes(parser))
        {
            if (depth == 2 && key is not null && OfPlays.TryGetValue(key.Value, out var cure))
                wrong ??=
                    cure.Length == 0
                        ? (key.Start, Playbook, Tasks)
                        : (key.Start, $"has \"{key.Value}\", which plays have, not tasks", cure);
            else if (depth < 2 && NoTask(read, depth) is { } what)
                wrong ??= (read.Start, what, Cure);
        }

        return wrong;
    }

    /// <summary>
    /// What a list of tasks is made of, in order: each node with how many others it lies in, and, where it is a value of a task or a
    /// block, of which key. Throws <see cref="YamlException"/> and, at an end that comes too early, others.
    /// </summary>
    static IEnumerable<(NodeEvent Read, int Depth, Scalar? Key)> Nodes(Parser parser)
    {
        var open = new Stack<Collection>();
        while (parser.MoveNext())
        {
            var around = open.TryPeek(out var top) ? top : null;
            if (parser.Current is SequenceEnd or MappingEnd)
                open.Pop();
            if (parser.Current is not NodeEvent read)
                continue;
            var isKey = around is { IsMap: true, IsAtValue: false };
            var key = around is { IsTask: true } && !isKey ? around.Key : null;
            if (!isKey)
                yield return (read, open.Count, key);
            around?.Take(read);
            if (read is SequenceStart)
                open.Push(new() { HoldsTasks = open.Count == 0 || key?.Value is "block" or "rescue" or "always" });
            else if (read is MappingStart)
                open.Push(new() { IsMap = true, IsTask = around is { HoldsTasks: true } });
        }
    }

    /// <summary>A list or a map that is being read.</summary>
    sealed class Collection
    {
        public bool IsMap { get; init; }

        public bool HoldsTasks { get; init; }

        public bool IsTask { get; init; }

        /// <summary>Whether a map's key was read, and its value comes.</summary>
        public bool IsAtValue { get; private set; }

        /// <summary>The last key; null where it was no scalar.</summary>
        public Scalar? Key { get; private set; }

        public void Take(NodeEvent read)
        {
            if (IsMap && !IsAtValue)
                Key = read as Scalar;
            IsAtValue = IsMap && !IsAtValue;
        }
    }

    /// <summary>What begins in place of the list, or of a task in it.</summary>
    static string? NoTask(NodeEvent read, int depth) =>
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
