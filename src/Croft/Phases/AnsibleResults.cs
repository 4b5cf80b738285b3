using System.Text.Json.Nodes;

namespace Croft.Phases;

/// <summary>
/// What failed in a playbook, by a callback plugin of Croft's own that Ansible finds beside the playbook. So the output may look as the user likes it,
/// and is not read.
/// </summary>

sealed class AnsibleResults
{
    const string Plugin = "croft_callback.py";

    readonly string file;

    public AnsibleResults(string folder)
    {
        file = Path.Combine(folder, "results.jsonl");
        var plugins = Directory.CreateDirectory(Path.Combine(folder, "callback_plugins")).FullName;
        using var source = typeof(AnsibleResults).Assembly.GetManifestResourceStream(Plugin)!;
        using var copy = File.Create(Path.Combine(plugins, Plugin));
        source.CopyTo(copy);
    }

    /// <summary>For ansible-playbook. The locale is one that is everywhere: with another, or none, it may not start at all.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["ANSIBLE_NOCOLOR"] = "1",
        ["ANSIBLE_FORCE_COLOR"] = null,
        ["ANSIBLE_HOST_KEY_CHECKING"] = "True",
        ["ANSIBLE_PIPELINING"] = "True",
        ["ANSIBLE_RETRY_FILES_ENABLED"] = "False",
        ["ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS"] = "ignore",
        ["PYTHONUNBUFFERED"] = "1",
        ["LC_ALL"] = AnsibleVersion.Locale,
        ["CROFT_RESULTS"] = file,
    };

    /// <summary>The last task that failed and why; null when none did.</summary>
    public string? Failure() => File.Exists(file) && File.ReadLines(file).LastOrDefault() is { } line ? Words(line) : null;

    /// <summary>What a line of results says: <c>task "install" (item=two): no such package: the program's own words</c>.</summary>
    internal static string Words(string line)
    {
        var said = JsonNode.Parse(line)!;
        var item = said["item"] is { } of ? $" (item={Text(of)})" : "";
        var reason = said["censored"] ?? said["msg"] ?? said["reason"] ?? said["exception"];
        var parts = new[] { reason, said["stderr"] }.Select(part => Last(Text(part))).Where(part => part.Length > 0).Distinct();
        return $"task \"{Text(said["task"])}\"{item}: {string.Join(": ", parts)}";
    }

    static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonArray list => string.Join(", ", list.Select(Text)),
        JsonValue text when text.TryGetValue<string>(out var plain) => plain,
        _ => value.ToJsonString(),
    };

    /// <summary>The end of long words: there programs say what went wrong.</summary>
    static string Last(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join(" / ", lines[Math.Max(0, lines.Length - 4)..]);
    }
}
