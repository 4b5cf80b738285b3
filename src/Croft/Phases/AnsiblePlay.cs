using System.Text;
using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Guests;
using Croft.Tools;

namespace Croft.Phases;

/// <summary>
/// One call of ansible-playbook by a small starter. For Ansible, the playbook is a file of the project's folder, though nothing is written
/// there: so it finds all
/// that it would find for the user's own playbook. A callback plugin of Croft's tells what failed, so the output may look as the user likes
/// it, and is not read.
/// </summary>
/// <param name="folder">Where Croft writes what it needs.</param>
/// <param name="phases">The phases folder, of which the project's may be the original.</param>
sealed class AnsiblePlay(string folder, HostAnsible ansible, ProjectSpec project, string phases)
{
    /// <summary>Begins the line by which the callback plugin says which task begins or ended.</summary>
    const char Mark = '\u001e';

    const int LongestLine = 1000;
    const int LongestItem = 200;

    readonly string results = Path.Combine(folder, "results.jsonl");

    /// <summary>The file with what was noted of the project's files that Ansible read.</summary>
    public const string OpenedName = "opened.jsonl";

    /// <summary>Where Ansible keeps the facts of this run.</summary>
    public string Facts { get; init; } = Path.Combine(folder, "facts");

    /// <summary>Whether facts are gathered only where this run has not done it yet.</summary>
    public bool GathersOnce { get; init; }

    /// <summary>
    /// A role in Croft's folder, which only has defaults, below those of all other roles, and the handler that Croft's roles have.
    /// </summary>
    public const string Role = "croft_facts";

    /// <summary>The defaults of that role.</summary>
    public JsonObject Known { get; init; } = [];

    /// <summary>Variables above all others.</summary>
    public JsonObject Extra { get; init; } = [];

    /// <summary>The variables by which Croft itself is asked: for guests' passwords, for its ways into them. Empty where none is.</summary>
    public Dictionary<string, string?> Desk { get; init; } = [];

    /// <summary>Takes each task that begins, and again when it ended.</summary>
    public Action<PlayedTask> Task { get; init; } = _ => { };

    /// <summary>Runs a playbook to its end.</summary>
    /// <param name="line">Takes every line of its output.</param>
    public Tool Playing(string name, JsonNode playbook, JsonNode inventory, Action<string> line)
    {
        Write("playbook.json", playbook.ToJsonString());
        Write("inventory", inventory.ToJsonString()); // without an ending, of which the user's configuration may know others
        Write("extra.json", Extra.ToJsonString());
        Write($"roles/{Role}/defaults/main.json", Known.ToJsonString());
        Write($"roles/{Role}/handlers/main.json", """[{ "name": "shutdown_hypervisor", "meta": "noop" }]"""); // Croft itself does it
        return Starter(
            name,
            new JsonObject { ["extra"] = Path.Combine(folder, "extra.json"), ["opened"] = Path.Combine(folder, OpenedName) }
        ) with
        {
            IsApart = true,
            Line = said => Hear(said, line),
        };
    }

    /// <summary>Asks people what Ansible would ask, at the terminal, and says their answers.</summary>
    public Tool Asking() => Starter("ask", new JsonObject { ["ask"] = true });

    /// <summary>
    /// The task that failed and why, the first: those of an <c>always</c> may fail for the same reason. Null when none did.
    /// </summary>
    /// <param name="machine">The machine whose phase it is.</param>
    /// <param name="shown">A path as the user knows it.</param>
    public string? Failure(string machine, Func<string, string> shown) =>
        File.Exists(results) && File.ReadLines(results).FirstOrDefault() is { } line ? Words(line, machine, shown) : null;

    /// <summary>
    /// What a line of results says: <c>task "install" at phases/main.yaml:3 (item=two): no such package: the program's own words</c>.
    /// </summary>
    internal static string Words(string line, string machine, Func<string, string> shown)
    {
        var said = JsonNode.Parse(line)!;
        var host = Text(said["host"]) is { Length: > 0 } other && other != machine ? $" on {other}" : "";
        var place = Text(said["path"]) is { Length: > 0 } path ? $" at {shown(path)}" : "";
        var item = said["item"] is { } of ? $" (item={Short(Text(of), LongestItem)})" : "";
        var reason = said["censored"] ?? said["msg"] ?? said["reason"] ?? said["message"] ?? said["exception"];
        if (Text(reason) == "Assertion failed" && Text(said["assertion"]) is { Length: > 0 } claim)
            reason = $"Assertion failed: {claim}";
        var parts = new[] { reason, said["stderr"] }
            .Select(part => Last(AnsibleRefusal.Placed(Text(part), WithoutExcerpt(Text(part)), Text(said["path"]))))
            .Where(part => part.Length > 0)
            .Distinct();
        return $"task \"{Text(said["task"])}\"{host}{place}{item}: {shown(string.Join(": ", parts).Replace(".: ", ": ", StringComparison.Ordinal))}";
    }

    Tool Starter(string name, JsonObject more)
    {
        var starter = Copy("croft_start.py", folder);
        Copy("croft_callback.py", Directory.CreateDirectory(Path.Combine(folder, "callback_plugins")).FullName); // Ansible loads whatever is there
        Copy("croft_engine.py", Directory.CreateDirectory(Path.Combine(folder, "connection_plugins")).FullName);
        Copy("croft_password.py", Directory.CreateDirectory(Path.Combine(folder, "lookup_plugins")).FullName);

        var given = new JsonObject
        {
            ["root"] = project.Root,
            ["playbook"] = Path.Combine(project.Root, name + ".croft.yaml"),
            ["content"] = Path.Combine(folder, "playbook.json"),
            ["inventory"] = Path.Combine(folder, "inventory"),
            ["phases"] = phases,
            ["site"] = ansible.Site,
            ["agents"] = AnsibleInventory.AgentPlugin,
            ["mark"] = PhaseMark.Variable,
            ["smart"] = GathersOnce,
            ["passwords"] = Desk.ContainsKey(PasswordDesk.Variable),
            ["collections"] = new JsonArray(ansible.Requirements is { } one ? [one.Collections] : []),
            ["roles"] = new JsonArray([Path.Combine(folder, "roles"), .. ansible.Requirements is { } two ? (JsonNode[])[two.Roles] : []]),
        };
        foreach (var (key, value) in more)
            given[key] = value?.DeepClone();
        Write("start.json", given.ToJsonString());
        return new(ansible.Python, starter, Path.Combine(folder, "start.json"))
        {
            Directory = project.Root,
            Environment = Environment(),
            Input = (input, cancel) => input.WriteAsync(Encoding.UTF8.GetBytes(ansible.Answers), cancel).AsTask(),
        };
    }

    /// <summary>What Croft must decide; the rest is as the user has it.</summary>
    Dictionary<string, string?> Environment() =>
        new(Desk)
        {
            ["ANSIBLE_CONFIG"] = ansible.Config,
            ["ANSIBLE_NOCOLOR"] = "1",
            ["ANSIBLE_FORCE_COLOR"] = null,
            ["ANSIBLE_HOST_KEY_CHECKING"] = "True",
            ["ANSIBLE_ASK_PASS"] = "False",
            ["ANSIBLE_TRANSPORT"] = "ssh", // of machines: with local, their phases would run here
            ["ANSIBLE_PIPELINING"] = "True",
            ["ANSIBLE_RETRY_FILES_ENABLED"] = "False",
            ["ANSIBLE_INVENTORY_ENABLED"] = "yaml,host_list",
            ["ANSIBLE_HOST_PATTERN_MISMATCH"] = "error", // a phase that nothing runs has not passed
            ["ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS"] = "ignore",
            ["ANSIBLE_CACHE_PLUGIN"] = "jsonfile",
            ["ANSIBLE_CACHE_PLUGIN_CONNECTION"] = Facts,
            ["ANSIBLE_CACHE_PLUGIN_TIMEOUT"] = "0",
            ["ANSIBLE_CACHE_PLUGIN_PREFIX"] = "", // else the ansible.cfg may say one
            ["PYTHONUNBUFFERED"] = "1",
            ["CROFT_RESULTS"] = results,
        };

    static string Copy(string script, string folder)
    {
        var path = Path.Combine(folder, script);
        using var source = typeof(AnsiblePlay).Assembly.GetManifestResourceStream(script)!;
        using var copy = File.Create(path);
        source.CopyTo(copy);
        return path;
    }

    void Hear(string said, Action<string> line)
    {
        if (!said.StartsWith(Mark))
            line(said);
        else if (JsonNode.Parse(said[1..]) is { } task)
            Task(new(PlainText.Line(Text(task["task"])), PlainText.Line(Text(task["path"])), (string?)task["result"]));
    }

    void Write(string name, string content)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var text = new StreamWriter(PrivateFile.Create(path, FileMode.Create));
        text.Write(content);
    }

    static string Text(JsonNode? value) =>
        value switch
        {
            null => "",
            JsonArray list => string.Join(", ", list.Select(Text)),
            JsonValue text when text.TryGetValue<string>(out var plain) => plain,
            _ => value.ToJsonString(),
        };

    /// <summary>Without the part of the file that Ansible shows, and what it says of that.</summary>
    static string WithoutExcerpt(string text) =>
        ((string[])["\nThe error appears to be in", "\nOrigin: ", "\nSearched in:"])
            .Select(begin => text.IndexOf(begin, StringComparison.Ordinal))
            .Where(at => at > 0)
            .DefaultIfEmpty(text.Length)
            .Min()
            is var end
            ? text[..end]
            : text;

    /// <summary>The end of long words: there programs say what went wrong.</summary>
    static string Last(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join(" / ", lines[Math.Max(0, lines.Length - 4)..].Select(line => Short(line, LongestLine)));
    }

    /// <summary>Its beginning and its end, where it is too long to be read.</summary>
    static string Short(string text, int longest) => text.Length <= longest ? text : $"{text[..(longest / 2)]} … {text[^(longest / 2)..]}";
}
