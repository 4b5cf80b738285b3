using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class Projects
{
    [Fact]
    public void HasDefaults()
    {
        var project = Reading.Farm("farm: f").Project;
        Assert.Equal(
            ("f", null, null, "{}", 10, 5.0),
            (project.Id, project.Revision, project.Phases, project.Vars, project.Steps.RetryCount, project.Steps.RetryDelay.TotalSeconds)
        );
        Assert.Empty(project.Steps.Allowed);
    }

    [Fact]
    public void LayersTakeTwentyGibibytesUnlessTheFarmSaysOtherwise()
    {
        Assert.Equal(20L << 30, Reading.Farm("farm: f").CacheKeep);
        Assert.Equal(3L << 29, Reading.Farm("farm: f\ncache: { keep: 1.5GiB }").CacheKeep);
        Assert.Equal(0, Reading.Farm("farm: f\ncache: { keep: 0KiB }").CacheKeep);
    }

    [Theory]
    [InlineData("", "auto")]
    [InlineData("gather_facts: yes", "yes")]
    [InlineData("gather_facts: false", "no")]
    [InlineData("gather_facts: [network, '!hardware']", "network !hardware")]
    [InlineData("gather_facts: maybe", null)]
    [InlineData("gather_facts: [No]", null)]
    [InlineData("gather_facts: []", null)]
    public void SayWhichFactsAreGathered(string key, string? facts)
    {
        using TemporaryFolder folder = new();
        var read = FarmFile.Read(folder.Write("farm.yaml", $"farm: f\nproject: {{ root: .., ansible: {{ {key} }} }}\n"), Reading.Defaults);
        if (facts is null)
            Assert.Throws<CroftException>(read.Require);
        else
            Assert.Equal(
                (facts, Path.GetDirectoryName(folder.Path)),
                (string.Join(' ', read.Require().Project.GatherFacts), read.Require().Project.Root)
            );
    }

    [Fact]
    public void AllKeysAreTaken()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(Path.Combine(folder.Path, "phases/VDE"));
        var project = FarmFile
            .Read(
                folder.Write(
                    "farm.yaml",
                    """
                    farm: f
                    project:
                      id: VDE_2
                      revision: 1.10
                      phases: phases/VDE
                      vars: { branch: master }
                      artifacts: [ /var/tmp/results/** ]
                      allowed_phases: [startup, restore init, main]
                      retry_count: 3
                      retry_delay: 0
                      timeouts: { main: 1h, init: 5min }
                    """
                ),
                Reading.Defaults
            )
            .Require()
            .Project;
        Assert.Equal(
            ("VDE_2", "1.10", Path.Combine(folder.Path, "phases/VDE"), "{\"branch\":\"master\"}"),
            (project.Id, project.Revision, project.Phases, project.Vars)
        );
        Assert.Equal(["startup", "restore init", "main"], project.Steps.Allowed);
        Assert.Equal("[init, 00:05:00] [main, 01:00:00]", string.Join(' ', project.Steps.Timeouts));
        Assert.Equal((3, 0.0), (project.Steps.RetryCount, project.Steps.RetryDelay.TotalSeconds));
    }

    [Fact]
    public void MayBeSeveralOfWhichMachinesNameTheirs()
    {
        var farm = Reading.Farm(
            """
            farm: f
            projects:
              one: { retry_count: 3, wait: none }
              two: { id: second, retry_count: 4, timeouts: { main: 5s } }
            platforms: { p: { image: debian_13, projects: [two], retry_count: 7 } }
            vms:
              list:
                - { name: every, platform: debian_13 }
                - { name: both, platform: p, projects: [two, one] }
                - { name: second, platform: p }
                - { name: none, platform: p, projects: [] }
            """
        );
        Assert.Equal("one/one two/second", string.Join(' ', farm.Projects.Select(p => $"{p.Name}/{p.Id}")));
        Assert.Equal(
            ["every: one 3 two 4, None", "both: one 7 two 7, None", "second: two 7, Ssh", "none:, Ssh"],
            farm.Machines.Select(m => $"{m.Name}:{string.Concat(m.Parts.Select(p => $" {p.Project} {p.Steps.RetryCount}"))}, {m.Wait.Kind}")
        );
        Assert.Equal("[main, 00:00:05]", string.Join(' ', farm.Machines[0].Parts[1].Steps.Timeouts));
        Assert.Equal("", Reading.Farm("farm: f\nvms: { list: [ { platform: debian_13 } ] }").Machines[0].Parts.Single().Project);
    }

    [Theory]
    [InlineData("projects: {}", "projects: must not be empty")]
    [InlineData("projects: { a: {} }\nproject: {}", "project: projects has the farm's projects already; give this one a name there")]
    [InlineData("projects: { a: { id: x }, b: { id: x } }", "projects.b.id: project \"a\" has the id \"x\" already")]
    [InlineData("projects: { \"a.b\": {} }", "projects.a.b")]
    [InlineData(
        "projects: { web: {} }\nvms: { list: [ { platform: debian_13, projects: [wep] } ] }",
        "no project \"wep\" in this farm; did you mean \"web\"?"
    )]
    [InlineData(
        "vms: { list: [ { platform: debian_13, projects: [web] } ] }",
        "no project \"web\" in this farm; the farm file's projects: names them"
    )]
    [InlineData("projects: { a: { phases: missing } }", "projects.a.phases: no folder /nowhere/missing")]
    [InlineData(
        "projects: { a: {}, b: {} }\nhypervisors: { local: { uri: \"qemu:///system\" }, inner: { machine: l1 } }\nvms: { list: [ { name: l1, platform: debian_13 } ] }",
        "machine \"l1\" is a hypervisor of this farm and takes part in several projects: a, b; projects: [a] on it says which one makes it a hypervisor"
    )]
    public void SeveralAreRefusedWhenAmbiguous(string text, string problem) =>
        Assert.Contains(problem, Reading.Problems("farm: f\n" + text));

    [Fact]
    public void ArtifactsMayHaveSpacesInTheirNames() =>
        Assert.Equal(
            "/var/my results/**",
            Assert.Single(Reading.Farm("farm: f\nproject: { artifacts: [ /var/my results/** ] }").Project.Artifacts)
        );

    [Fact]
    public void RevisionAutoIsNone() => Assert.Null(Reading.Farm("farm: f\nproject: { revision: auto }").Project.Revision);

    [Theory]
    [InlineData("phases: missing", "project.phases: no folder /nowhere/missing")]
    [InlineData(
        "allowed_phases: [restore_init]",
        "project.allowed_phases[0]: \"restore_init\" is not startup, restore init, create init, restore clean, create clean, restore dependencies, create dependencies, dependencies, init, main, terminate or shutdown; did you mean \"restore init\"?"
    )]
    [InlineData("artifacts: [results/*]", "write \"/results/*\"")]
    [InlineData("artifacts: [\"~/results/*\"]", "write \"/root/results/*\"")]
    [InlineData("artifacts: [/var/../etc/*]", "is not an absolute pattern of files")]
    [InlineData(
        "artifacts: [\"/var/$(id)\"]",
        "is not an absolute pattern of files: such as /var/tmp/results/**, without \"..\", of letters, digits, spaces and \". _ / @ + , : = ~ -\"; write \"?\" for any other character"
    )]
    [InlineData("revision: a b", "is not a revision")]
    [InlineData("id: a/b", "is not a project's id")]
    [InlineData(
        "vars: { my-var: 1 }",
        "project.vars.my-var: \"my-var\" is not a variable's name: letters, digits and \"_\", not first a digit; write \"my_var\""
    )]
    [InlineData(
        "vars: { a: 1, VM_Name: MINE }",
        "farm.yaml:2:26: project.vars.VM_Name: Croft sets this variable itself; choose another name"
    )]
    [InlineData("vars: { platform: b }", "project.vars.platform: Croft sets this variable itself")]
    [InlineData("vars: { ansible_host: 10.9.9.9 }", "project.vars.ansible_host: Croft sets this variable itself")]
    [InlineData(
        "vars: { ansible_ssh_extra_args: -v }",
        "farm.yaml:2:20: project.vars.ansible_ssh_extra_args: Croft sets this variable itself"
    )]
    [InlineData("vars: { ansible_control_path: x }", "project.vars.ansible_control_path: Croft sets this variable itself")]
    [InlineData("vars: { groups: [] }", "project.vars.groups: Ansible sets this variable itself")]
    [InlineData(
        "vars: { branch: x, BRANCH: y }",
        "farm.yaml:2:31: project.vars.BRANCH: \"branch\", at line 2, is the same to scripts: CROFT_BRANCH; keep one of them"
    )]
    [InlineData("vars: [1]", "project.vars: must be a map, not a list")]
    [InlineData("timeouts: { startup: 1s }", "timeouts has no key \"startup\"")]
    public void BadOnesAreRefused(string key, string problem) =>
        Assert.Contains(problem, Reading.Problems($"farm: f\nproject: {{ {key} }}"));

    [Fact]
    public void VariablesForAnsibleAreTakenOtherwise() =>
        Assert.Equal("""{"ansible_become":true}""", Reading.Farm("farm: f\nproject: { vars: { ansible_become: true } }").Project.Vars);

    [Fact]
    public void MachinesMayHaveRulesOfTheirOwn()
    {
        var machines = Reading
            .Farm(
                """
                farm: f
                platforms: { p: { image: debian_13, retry_count: 1, timeouts: { init: 2s } } }
                project: { allowed_phases: [startup], retry_count: 3, retry_delay: 7s, timeouts: { main: 1h } }
                vms:
                  list:
                    - { name: a, platform: p, allowed_phases: [main], timeouts: { terminate: 3s } }
                    - { name: b, platform: debian_13 }
                """
            )
            .Machines;
        Assert.Equal(("main", 1, 7.0, "[init, 00:00:02] [main, 01:00:00] [terminate, 00:00:03]"), Rules(machines[0].Steps));
        Assert.Equal(("startup", 3, 7.0, "[main, 01:00:00]"), Rules(machines[1].Steps));

        static (string, int, double, string) Rules(StepRules rules) =>
            (string.Join(' ', rules.Allowed), rules.RetryCount, rules.RetryDelay.TotalSeconds, string.Join(' ', rules.Timeouts));
    }

    [Fact]
    public void GroupsOfAllLayersAddUp() =>
        Assert.Equal(
            ["x", "y", "z"],
            Reading.Machine("groups: [y, z]", "platforms: { debian_13: { image: debian_13, groups: [x, y] } }").Groups
        );

    [Theory]
    [InlineData(
        "groups: [my-web]",
        "farm.yaml:5:16: vms.list[0].groups[0]: \"my-web\" is not a group's name for Ansible: letters, digits and \"_\", not first a digit, and not all, ungrouped, vms, hypervisors or localhost; write \"my_web\""
    )]
    [InlineData("groups: [vms]", "\"vms\" is not a group's name for Ansible")]
    [InlineData(
        "name: web\n      groups: [web]",
        "vms.list[0].groups[0]: \"web\" is the name of a machine or hypervisor, and Ansible cannot tell a group and a host of one name apart; choose another name"
    )]
    [InlineData("groups: [local]", "\"local\" is the name of a machine or hypervisor")]
    [InlineData(
        "name: local",
        "hypervisors.local: a machine is called \"local\", too: phases could not tell them apart; give one of them another name"
    )]
    [InlineData(
        "vars: { ansible_port: 1 }",
        "farm.yaml:5:15: vms.list[0].vars.ansible_port: Croft sets this variable itself; choose another name"
    )]
    public void GroupsAndVariablesOfAMachineAreChecked(string keys, string problem) =>
        Assert.Contains(problem, Reading.MachineProblems(keys));

    [Theory]
    [InlineData("{\"a\":\"1.10\",\"b\":\"x=y\"}", "a=1.10", "b=x=y")]
    [InlineData("{\"a\":2,\"c\":[\"0755\"]}", "a=1", "{ a: 2, c: [0755] }")]
    [InlineData("{\"a\":\"61e9540\"}", "@vars.yaml")]
    public void VariablesOfACommandGoBeforeAllOthers(string all, params string[] given)
    {
        using TemporaryFolder folder = new();
        folder.Write("vars.yaml", "a: 61e9540\n");
        Assert.Equal(
            all,
            ExtraVariables
                .In(Reading.Farm("farm: f"), [.. given.Select(g => g.Replace("@", "@" + folder.Path + "/"))])
                .Require()
                .Project.Extra
        );
    }

    [Theory]
    [InlineData("nothing", "-e:2:1: \"nothing\" is no variable; write NAME=VALUE, @FILE or {NAME: VALUE}")]
    [InlineData("my-var=1", "-e:2:1: my-var: \"my-var\" is not a variable's name")]
    [InlineData("vm=1", "-e:2:1: vm: Croft sets this variable itself")]
    [InlineData("@/nowhere.yaml", "/nowhere.yaml")]
    [InlineData("Good=2", "-e:2:1: Good: \"good\" is the same to scripts: CROFT_GOOD; write good")]
    public void BadVariablesOfACommandAreNamed(string given, string problem) =>
        Assert.Contains(problem, Assert.Single(ExtraVariables.In(Reading.Farm("farm: f"), ["good=1", given]).Problems).ToString());

    [Fact]
    public void NamesThatDifferInCaseAloneAreRefusedAcrossLayers()
    {
        var problems = Reading.Problems(
            """
            farm: f
            platforms: { p: { image: debian_12, vars: { one: 1, two: 1 } } }
            vms: { list: [ { name: a, platform: p, vars: { One: 2, two: 2, THREE: 3 } } ] }
            project: { vars: { Two: 3, three: 3 } }
            """
        );
        Assert.Contains("farm.yaml:3:48: One: \"one\", at line 2, is the same to scripts: CROFT_ONE; keep one of them", problems);
        Assert.Contains("farm.yaml:3:64: THREE: \"three\", at line 4, is the same to scripts: CROFT_THREE; write three, or", problems);
        Assert.Contains("two: \"Two\", at line 4, is the same to scripts: CROFT_TWO; write Two, or rename one of them", problems);
    }

    [Fact]
    public void AFileOfVariablesThatIsEncryptedIsNamedSo()
    {
        using TemporaryFolder folder = new();
        folder.Write("secret.yml", "$ANSIBLE_VAULT;1.1;AES256\n3333\n");
        var problem = Assert.Single(ExtraVariables.In(Reading.Farm("farm: f"), [$"@{folder.Path}/secret.yml"]).Problems);
        Assert.Contains("the file is encrypted by ansible-vault", problem.ToString());
    }

    [Fact]
    public void SshKeysAreWhole()
    {
        const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKHEChAnBzhqTpNBIsHDJCGU4s9z2Ks5Y+pYOiAGnRzU me@here";
        Assert.Equal(Key, Assert.Single(Reading.Farm($"farm: f\nssh_keys: [ \"{Key}\", \"{Key}\" ]").SshKeys));
        Assert.Contains("is not a public key", Reading.Problems($"farm: f\nssh_keys: [ \"{Key.Replace("ssh-ed25519", "ssh-rsa")}\" ]"));
        Assert.Contains("is not a public key", Reading.Problems("farm: f\nssh_keys: [ \"ssh-ed25519 AAAA\" ]"));
        Assert.Contains("is not allowed here", Reading.Problems($"farm: f\nssh_keys: [ \"{Key}';reboot\" ]"));
        Assert.Contains("this is a private key", Reading.Problems("farm: f\nssh_keys: [ \"-----BEGIN OPENSSH PRIVATE KEY-----\" ]"));
    }
}
