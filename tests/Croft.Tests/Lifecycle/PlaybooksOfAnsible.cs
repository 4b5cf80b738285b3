using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Phases;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Lifecycle;

/// <summary>What the installed Ansible makes of Croft's variables, plugin and locale, without a guest.</summary>
public sealed partial class PlaybooksOfAnsible : IDisposable
{
    readonly TemporaryFolder folder = new();
    HostAnsible? ansible;
    string played = "";
    string answers = "{}";
    readonly List<string> lines = [];
    readonly List<string> begun = [];
    readonly List<string> ended = [];

    string Cache => Path.Combine(folder.Path, "cache");

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
            """{ "level": 3, "fmt": "{{.Names}}", "sha": "0123456", "ver": "1.10", "number": 3, "nested": { "list": ["{% raw"] } }"""
        );
        Assert.Equal(0, code);
    }

    [Theory]
    [InlineData(
        "- name: t\n  command: sh -c 'echo \"{{ item }} is bad\" >&2; [ {{ item }} = one ]'\n  loop: [one, two, three]",
        "task \"t\" at phases/main.yaml:1 (item=two): non-zero return code: two is bad"
    )]
    [InlineData("- name: t\n  assert: { that: [1 == 1, 1 == 2] }", "task \"t\" at phases/main.yaml:1: Assertion failed: 1 == 2")]
    [InlineData("- name: t\n  assert: { that: 1 == 2, fail_msg: own }", "task \"t\" at phases/main.yaml:1: own")]
    [InlineData(
        "- name: t\n  fail: { msg: 'no {{ item.a }}' }\n  loop: [{ a: 1 }]\n  loop_control: { label: \"{{ item.a }}\" }",
        "task \"t\" at phases/main.yaml:1 (item=1): no 1"
    )]
    [InlineData(
        "- name: t\n  debug: [\n",
        "Syntax Error while loading YAML: did not find expected node content (phases/main.yaml:3:1)",
        "YAML parsing failed: While parsing a flow node did not find expected node content. (phases/main.yaml:3:1)"
    )]
    [InlineData(
        "- name: t\n  include_vars: bad.yml",
        "task \"t\" at phases/main.yaml:1: Syntax Error while loading YAML: did not find expected ',' or ']' (vars/bad.yml:2:2)",
        "task \"t\" at phases/main.yaml:1: "
    )]
    [InlineData("- name: t\n  include_tasks: gone.yml", "task \"t\" at phases/main.yaml:1: Could not find or access '")]
    [InlineData("- name: t\n  fail: { msg: [not, good] }", "task \"t\" at phases/main.yaml:1: not, good")]
    [InlineData(
        "- name: t\n  fail: { msg: secret }\n  no_log: true",
        "task \"t\" at phases/main.yaml:1: the output has been hidden",
        "task \"t\" at phases/main.yaml:1: its output is hidden by no_log"
    )]
    [InlineData(
        "- fail: { msg: one }\n  ignore_errors: true\n- name: t\n  block:\n    - fail: { msg: two }\n  rescue:\n    - name: in vain\n      fail: { msg: three }",
        "task \"in vain\" at phases/main.yaml:7: three"
    )]
    [InlineData(
        "- name: t\n  command: sh -c 'echo {{ item }} >&2; false'\n  delegate_to: localhost\n  loop: [one]",
        "task \"t\" on localhost at phases/main.yaml:1 (item=one): non-zero return code: one"
    )]
    [InlineData(
        "- name: t\n  ping:\n  delegate_to: nowhere.invalid\n  vars: { ansible_connection: ssh }",
        "task \"t\" on nowhere.invalid at phases/main.yaml:1: "
    )]
    [InlineData("- include_role: { name: bad }", "task \"bad : in a role\" at roles/bad/tasks/main.yml:1: not in {")]
    [InlineData("- name: t\n  command: sh -c 'echo 3 failed; exit 1'", "task \"t\" at phases/main.yaml:1: non-zero return code: 3 failed")]
    [InlineData(
        "- name: t\n  command: echo all wrong\n  register: r\n  failed_when: \"'wrong' in r.stdout\"",
        "task \"t\" at phases/main.yaml:1: failed_when holds: all wrong"
    )]
    [InlineData(
        "- name: t\n  crash:",
        "task \"t\" at phases/main.yaml:1: MODULE FAILURE / See stdout/stderr for the exact error: RuntimeError: kaboom",
        "task \"t\" at phases/main.yaml:1: Module result deserialization failed: No start of json char found: RuntimeError: kaboom"
    )]
    [InlineData(
        "- name: t\n  command: echo\n  vars: { ansible_python_interpreter: /no/python }",
        "task \"t\" at phases/main.yaml:1: The module failed to execute correctly, you probably need to set the interpreter. / See stdout/stderr for the exact error: /bin/sh: 1: /no/python: not found",
        "task \"t\" at phases/main.yaml:1: The module interpreter '/no/python' was not found: /bin/sh: 1: /no/python: not found"
    )]
    [InlineData(
        "- name: t\n  command: 'true'\n  notify: nobody",
        "task \"t\" at phases/main.yaml:1: The requested handler 'nobody' was not found"
    )]
    [InlineData("- name: t\n  shout: {}", "couldn't resolve module/action 'shout'")]
    [InlineData(
        "- name: t\n  include_role: { name: web }",
        "the role 'web' was not found in ",
        "task \"t\" at phases/main.yaml:1: the role 'web' was not found in "
    )]
    public async Task SayWhyTheyFailedInAnyFormat(string tasks, params string[] reasons)
    {
        foreach (var format in (string[])["default", "yaml", "minimal"])
        {
            folder.Write("vars/bad.yml", "a: [1\nb: 2\n");
            folder.Write("library/crash.py", "#!/usr/bin/python3\nraise RuntimeError('kaboom')\n");
            folder.Write("roles/bad/tasks/main.yml", "- name: in a role\n  fail: { msg: 'not in {{ \"{\" }}' }");
            folder.Write(
                "ansible.cfg",
                format == "yaml" ? "[defaults]\ncallback_result_format = yaml\n" : $"[defaults]\nstdout_callback = {format}\n"
            );
            var (code, words) = await PlayAsync(tasks, "{}");
            Assert.NotEqual(0, code);
            Assert.True(reasons.Any(reason => words.StartsWith(reason, StringComparison.Ordinal)), words); // versions of Ansible differ
        }
    }

    [Theory]
    [InlineData("C")]
    [InlineData("POSIX")]
    [InlineData("en_XX.UTF-8")]
    [InlineData("de_DE.ISO-8859-1")]
    public async Task BeginInAnyLocale(string locale) => Assert.Equal((0, ""), await PlayAsync("- debug: { msg: \u00fc }", "{}", locale));

    [Fact]
    public async Task SayNothingOfCroftsOwnMark()
    {
        await PlayAsync("- raw: echo $PPID\n", "{}");
        Assert.DoesNotContain(lines, line => line.Contains("environment keyword", StringComparison.Ordinal));
        await PlayAsync("- raw: echo $PPID\n  environment: { A: b }\n", "{}");
        Assert.Contains(lines, line => line.Contains("raw module does not support the environment keyword", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SayWhichTaskBeginsAndHowItEnded()
    {
        var (_, words) = await PlayAsync(
            """
            - name: one
              command: "true"
            - name: two
              debug: { msg: x }
              when: false
            - name: three
              fail:
              ignore_errors: true
            - name: four
              block: [{ name: in a block, fail: }]
              rescue: [{ name: to the rescue, debug: }]
            - name: five
              ping:
              delegate_to: nowhere.invalid
              ignore_unreachable: true
            - name: six
              block: [{ name: fails, fail: { msg: first } }]
              always: [{ name: fails after it, fail: { msg: second } }]
            """,
            "{}"
        );
        Assert.Equal(["one", "two", "three", "in a block", "to the rescue", "five", "fails", "fails after it"], begun);
        Assert.Equal(
            [
                "changed one",
                "skipped two",
                "ignored three",
                "rescued in a block",
                "ok to the rescue",
                "ignored five",
                "failed fails",
                "failed fails after it",
            ],
            ended
        );
        Assert.Equal("task \"fails\" at phases/main.yaml:17: first", words);
    }

    [Fact]
    public async Task UseWhatTheRequirementsNameWhichIsInstalledOnceInCroftsCache()
    {
        await GalaxyAsync("collection", "init", "k.t", "--init-path", "made");
        folder.Write("made/k/t/roles/r/tasks/main.yml", "- set_fact: { collected: true }\n");
        await GalaxyAsync("collection", "build", "made/k/t", "--output-path", ".");
        folder.Write("made/web/tasks/main.yml", "- set_fact: { role: true }\n");
        folder.Write("made/web/meta/main.yml", "galaxy_info: { author: a, description: d, license: l, min_ansible_version: '2.9' }\n");
        await new Tool("tar", "-czf", "web.tar.gz", "-C", "made", "web") { Directory = folder.Path }.RunCheckedAsync(
            "packing",
            TestContext.Current.CancellationToken
        );
        folder.Write(
            "requirements.yml",
            "collections:\n  - name: k-t-1.0.0.tar.gz\n    type: file\nroles:\n  - src: web.tar.gz\n    name: web\n"
        );
        var project = Project(
            "",
            "- k.t.module:\n- no.such.module: {}\n- import_role: { name: web }\n- block: [ { kubevirt_vm: {}, when: no } ]\n"
        );
        folder.Write("ansible.cfg", "[defaults]\nstdout_callback = other.such.output\n");
        var planned = await HostAnsible.ReadAsync(project.Project, Cache, install: false, TestContext.Current.CancellationToken);
        Assert.False(planned.IsComplete);
        var missing = planned.Missing(PhaseFiles.Read(project, TestContext.Current.CancellationToken).Modules);
        Assert.Equal(
            [Lack("phases/main.yaml", "community.kubevirt"), Lack("phases/main.yaml", "no.such"), Lack("ansible.cfg", "other.such")],
            missing
        );
        folder.Write("library/kubevirt_vm.py", "# ours\n");
        missing = planned.Missing(PhaseFiles.Read(project, TestContext.Current.CancellationToken).Modules);
        Assert.Equal([Lack("phases/main.yaml", "no.such"), Lack("ansible.cfg", "other.such")], missing);
        foreach (var own in (string[])["ansible.cfg", "library/kubevirt_vm.py"])
            File.Delete(Path.Combine(folder.Path, own));
        var (code, words) = await PlayAsync(
            "- import_role: { name: k.t.r }\n- import_role: { name: web }\n- assert: { that: [collected, role] }\n",
            "{}"
        );
        Assert.True(code == 0, words);
        Assert.True(ansible!.IsComplete);
        Assert.NotEqual(planned.Key, ansible.Key);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "roles")));
        var again = await HostAnsible.ReadAsync(project.Project, Cache, install: false, TestContext.Current.CancellationToken);
        Assert.Equal(ansible.Key, again.Key);
        File.AppendAllText(Path.Combine(folder.Path, "web.tar.gz"), "x");
        Assert.False(
            (await HostAnsible.ReadAsync(project.Project, Cache, install: false, TestContext.Current.CancellationToken)).IsComplete
        );
    }

    static string Lack(string file, string collection) =>
        $"{file} needs the collection {collection}, which is not installed: ansible-galaxy collection install {collection}, or name it in requirements.yml";

    Task GalaxyAsync(params string[] arguments) =>
        new Tool("ansible-galaxy", arguments) { Directory = folder.Path }.RunCheckedAsync(
            "preparing",
            TestContext.Current.CancellationToken
        );

    [Fact]
    public async Task GatherFactsOnceARunAndHandOnThoseThatAreCacheable()
    {
        var facts = Path.Combine(folder.Path, "facts");
        await PlayAsync(
            """
            - set_fact: { kept: 1, cacheable: true }
            - set_fact: { lost: 1 }
            - assert: { that: [ansible_memtotal_mb > 0] }
            - set_fact: { told: 2, cacheable: true }
              delegate_to: localhost
              delegate_facts: true
            """,
            "{}",
            facts: facts
        );
        Assert.True(LayerTrace.HasGathered(facts, "a"));
        var (code, words) = await PlayAsync(
            "- assert: { that: [kept == 1, lost is undefined, ansible_processor_vcpus > 0] }\n",
            "{}",
            facts: facts
        );
        Assert.True(code == 0, words);
        Assert.DoesNotContain("Gathering Facts", begun);
        var state = Path.Combine(folder.Path, "state");
        LayerTrace.Empty.WithFacts(facts, "a", ["localhost"]).Keep(state, "v.json");
        var restored = Path.Combine(folder.Path, "restored");
        foreach (var isItself in (bool[])[true, false])
        {
            LayerTrace.Find(state, "v.json")!.Restore(restored, "a", isItself);
            (code, words) = await PlayAsync(
                "- assert: { that: [kept == 1, lost is undefined, ansible_processor_vcpus > 0, hostvars.localhost.told == 2] }\n",
                "{}",
                facts: restored
            );
            Assert.True(code == 0, words);
            Assert.Equal(!isItself, begun.Contains("Gathering Facts"));
        }
    }

    /// <summary>Machines' names have no <c>_</c>, hypervisors' may; the user may have a prefix of theirs for the files of facts.</summary>
    [Fact]
    public async Task TellThisMachinesFactsFromThoseOfOthers()
    {
        var facts = Path.Combine(folder.Path, "facts");
        folder.Write("ansible.cfg", "[defaults]\nfact_caching_prefix = mine\n");
        var (code, words) = await PlayAsync(
            """
            - gather_facts: {}
              delegate_to: rack_a
              delegate_facts: true
              vars: { ansible_connection: local, ansible_python_interpreter: /usr/bin/python3 }
            """,
            "{}"
        );
        Assert.True(code == 0, words);
        Directory.Move(Path.Combine(folder.Path, "unused"), facts);
        Assert.False(LayerTrace.HasGathered(facts, "a"));
        Assert.True(LayerTrace.HasGathered(facts, "rack_a"));
        await PlayAsync("- set_fact: { kept: 1, cacheable: true }\n", "{}", facts: facts);
        Assert.True(LayerTrace.HasGathered(facts, "a"));
        var trace = LayerTrace.Empty.WithFacts(facts, "a", ["localhost", "rack_a"]);
        Assert.Equal(("a", "rack_a"), (string.Join(' ', trace.Facts.Keys.Select(p => p + "a")), string.Join(' ', trace.Others.Keys)));
    }

    [Fact]
    public async Task AskForPasswordsOnceARunAtATerminal()
    {
        folder.Write("vault", "secret");
        folder.Write("plain.yml", "hidden: found\n");
        await new Tool("ansible-vault", "encrypt", "--vault-id", "dev@vault", "--output", "group_vars/all.yml", "plain.yml")
        {
            Directory = Directory.CreateDirectory(Path.Combine(folder.Path, "group_vars")).Parent!.FullName,
        }.RunCheckedAsync("hiding", TestContext.Current.CancellationToken);
        folder.Write("ansible.cfg", "[defaults]\nvault_identity_list = dev@prompt\n[privilege_escalation]\nbecome_ask_pass = true\n");
        var (farm, cancel) = (Project("", "[]"), TestContext.Current.CancellationToken);
        var read = await HostAnsible.ReadAsync(farm.Project, Cache, install: false, cancel);
        var asking = new AnsiblePlay(folder.Path, read, farm.Project, farm.Project.Phases!).Asking();
        var nobody = await (asking with { IsApart = true }).RunAsync(cancel);
        Assert.Equal((1, "nobody is at a terminal to be asked: BECOME password:"), (nobody.ExitCode, nobody.LastWords));
        answers = """{"BECOME password: ": "unused", "Vault password (dev): ": "secret"}""";
        var (code, words) = await PlayAsync("- assert: { that: hidden == 'found' }", "{}");
        Assert.True(code == 0, words);
    }
}
