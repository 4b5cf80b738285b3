using System.Text.Json.Nodes;
using Croft.Lifecycle;
using Croft.Phases;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Lifecycle;

/// <summary>What the installed Ansible makes of Croft's variables, plugin and locale, without a guest.</summary>
public sealed class PlaybooksOfAnsible : IDisposable
{
    readonly TemporaryFolder folder = new();

    public PlaybooksOfAnsible()
    {
        if (!File.Exists("/usr/bin/ansible-playbook"))
            Assert.Skip("ansible-playbook is not installed");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task SeeTextsAsTheyAreWrittenAndMaySetThemAnew()
    {
        var (code, _) = await PlayAsync(
            """
            - set_fact: { level: 4 }
            - assert: { that: [ "level == 4", "fmt == '{' + '{.Names}}'", "sha == '0123456'", "ver == '1.10'", "number == 3", "nested.list[0] == '{' + '% raw'" ] }
            """,
            """{ "level": 3, "fmt": "{{.Names}}", "sha": "0123456", "ver": "1.10", "number": 3, "nested": { "list": ["{% raw"] } }""");
        Assert.Equal(0, code);
    }

    [Theory]
    [InlineData("- name: t\n  command: sh -c 'echo \"{{ item }} is bad\" >&2; [ {{ item }} = one ]'\n  loop: [one, two, three]", "task \"t\" (item=two): non-zero return code: two is bad")]
    [InlineData("- name: t\n  include_tasks: gone.yml", "task \"t\": Could not find or access '")]
    [InlineData("- name: t\n  fail: { msg: [not, good] }", "task \"t\": not, good")]
    [InlineData("- name: t\n  fail: { msg: secret }\n  no_log: true", "task \"t\": the output has been hidden")]
    [InlineData("- fail: { msg: one }\n  ignore_errors: true\n- name: t\n  block:\n    - fail: { msg: two }\n  rescue:\n    - name: in vain\n      fail: { msg: three }", "task \"in vain\": three")]
    [InlineData("- name: t\n  shout: {}", "couldn't resolve module/action 'shout'")]
    [InlineData("- name: t\n  include_role: { name: web }", "the role 'web' was not found in ")]
    public async Task SayWhyTheyFailedInAnyFormat(string tasks, string reason)
    {
        foreach (var format in (string[])["default", "yaml", "minimal"])
        {
            folder.Write("ansible.cfg", format == "yaml" ? "[defaults]\ncallback_result_format = yaml\n" : $"[defaults]\nstdout_callback = {format}\n");
            var (code, words) = await PlayAsync(tasks, "{}");
            Assert.NotEqual(0, code);
            Assert.StartsWith(reason, words, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("C")]
    [InlineData("POSIX")]
    [InlineData("en_XX.UTF-8")]
    [InlineData("de_DE.ISO-8859-1")]
    public async Task BeginInAnyLocale(string locale) => Assert.Equal((0, ""), await PlayAsync("- debug: { msg: \u00fc }", "{}", locale));

    [Fact]
    public async Task AreOfAnotherVersionWithAnotherCollectionOrRole()
    {
        folder.Write("ansible.cfg", "[defaults]\ncollections_path = ./collections\nlibrary = ./plugins/modules\n");
        List<string> seen = [await VersionAsync()];
        foreach (var (file, text) in ((string, string)[])[
            ("collections/ansible_collections/k/t/MANIFEST.json", "1.0.0"), ("collections/ansible_collections/k/t/MANIFEST.json", "2.0.0"),
            ("collections/ansible_collections/k/u/galaxy.yml", "1"), ("collections/ansible_collections/k/u/roles/a.yml", "2"), ("roles/web/tasks/main.yml", "3"), ("plugins/filter/f.py", "4")])
        {
            folder.Write(file, text);
            seen.Add(await VersionAsync());
        }

        Assert.Distinct(seen);
        Assert.Equal(seen[^1], await VersionAsync());
        Assert.StartsWith("ansible-playbook [core ", seen[0], StringComparison.Ordinal);
    }

    Task<string> VersionAsync() => AnsibleVersion.ReadAsync(folder.Path, TestContext.Current.CancellationToken);

    async Task<(int Code, string Words)> PlayAsync(string tasks, string variables, string locale = "C.UTF-8")
    {
        folder.Write("tasks.yml", tasks);
        var play = new JsonArray(new JsonObject { ["hosts"] = "all", ["gather_facts"] = false, ["tasks"] = new JsonArray(new JsonObject { ["import_tasks"] = "tasks.yml" }) });
        var list = JsonNode.Parse("""{ "_meta": { "hostvars": { "a": { "ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3" } } } }""")!.AsObject();
        var inventory = AnsibleInventory.AsYaml(list, AnsibleInventory.AsText(JsonNode.Parse(variables)!.AsObject())).ToJsonString();
        folder.Write("results.jsonl", "");
        var (results, refusal) = (new AnsibleResults(folder.Path), new AnsibleRefusal());
        var said = await new Tool("ansible-playbook", "-i", folder.Write("inventory.json", inventory), folder.Write("playbook.json", play.ToJsonString()))
        {
            Directory = folder.Path,
            Environment = new Dictionary<string, string?>(results.Environment) { ["LANG"] = locale },
            Line = refusal.Take,
        }.RunAsync(TestContext.Current.CancellationToken);
        return (said.ExitCode, results.Failure() ?? refusal.Words);
    }
}
