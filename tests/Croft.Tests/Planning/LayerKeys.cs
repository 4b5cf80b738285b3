using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;
using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Planning;

public sealed class LayerKeys : IDisposable
{
    readonly TemporaryFolder folder = new();

    public LayerKeys()
    {
        folder.Write("phases/dependencies.sh", "true");
        folder.Write("phases/init.sh", "true");
        folder.Write("phases/main.sh", "true");
        folder.Write("phases/helpers/lib.sh", "helper");
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("phases/init.sh", "init")]
    [InlineData("phases/dependencies.sh", "dependencies init")]
    [InlineData("phases/helpers/lib.sh", "dependencies init")]
    [InlineData("phases/new.txt", "dependencies init")]
    [InlineData("phases/main.sh", "")]
    [InlineData("phases/terminate.sh", "")]
    [InlineData("phases/debian_12/init.sh", "")]
    [InlineData("phases/debian_13/init.sh", "init")]
    [InlineData("phases/debian_13/amd64/dependencies.yaml", "dependencies init")]
    public void ChangeWithFiles(string file, string changed)
    {
        var before = Keys("");
        folder.Write(file, "changed");
        Assert.Equal(changed, Changed(before, Keys("")));
    }

    [Theory]
    [InlineData("vcpus: 2", "clean dependencies init")]
    [InlineData("memory: 1GiB", "clean dependencies init")]
    [InlineData("cpu: max", "clean dependencies init")]
    [InlineData("virt_domain: qemu", "clean dependencies init")]
    [InlineData("disks: [ { name: data, size: 1GiB } ]", "clean dependencies init")]
    [InlineData("user: admin", "clean dependencies init")]
    [InlineData("networks: [lan, second]", "clean dependencies init")]
    [InlineData("networks: [ { name: lan, address: 10.9.0.77 } ]", "")]
    [InlineData("networks: [ second ]", "")]
    [InlineData("connection_timeout: 5min", "")]
    [InlineData("hypervisor: h1", "")]
    public void ChangeWithTheDefinitionButNotWithTheAddress(string key, string changed) =>
        Assert.Equal(changed, Changed(Keys(""), Keys(key)));

    [Theory]
    [InlineData("vars: { branch: next }", "dependencies init")]
    [InlineData("id: other", "")]
    [InlineData("artifacts: [ /x ]", "")]
    [InlineData("timeouts: { init: 1h }", "")]
    public void ChangeWithTheProjectsVariables(string project, string changed) =>
        Assert.Equal(changed, Changed(Keys(""), Keys("", project)));

    [Fact]
    public void DoNotDependOnTheNameOfMachineFarmOrHypervisor()
    {
        var a = Keys("");
        Assert.Equal(a, Keys("", name: "b"));
        Assert.Equal(a, Keys("", farm: "g"));
    }

    [Fact]
    public void ChangeWithImageAndHypervisorsVersion()
    {
        var input = Input("");
        var before = Keys(input);
        Assert.Equal(
            "clean dependencies init",
            Changed(before, Keys(input with { Images = input.Images.Keys.ToImmutableDictionary(i => i, _ => "another") }))
        );
        Assert.Equal(
            "clean dependencies init",
            Changed(before, Keys(input with { Inventory = new([Lab.Host("h1") with { Version = "libvirt 9.0.0, QEMU 8.0.0" }]) }))
        );
    }

    [Fact]
    public void ChangeWithAnsibleWhereAPhaseIsAnsible()
    {
        var input = Input("");
        Assert.Equal("", Changed(Keys(input), Keys(input with { AnsibleVersion = "core 3" })));
        File.Delete(Path.Combine(folder.Path, "phases/init.sh"));
        folder.Write("phases/init.yml", "[]");
        input = Input("");
        Assert.Equal("init", Changed(Keys(input), Keys(input with { AnsibleVersion = "core 3" })));
    }

    [Theory]
    [InlineData("roles/web/tasks/main.yml", "init")]
    [InlineData("roles/web/files/new", "init")]
    [InlineData("roles/deep/tasks/main.yml", "init")]
    [InlineData("roles/only_main/tasks/main.yml", "")]
    [InlineData("tasks/more.yml", "init")]
    [InlineData("tasks/only_main.yml", "")]
    [InlineData("templates/t.j2", "init")]
    [InlineData("setup.yaml", "init")]
    [InlineData("group_vars/all.yml", "init")]
    [InlineData("host_vars/b.yml", "init")]
    [InlineData("ansible.cfg", "init")]
    [InlineData("requirements.yml", "init")]
    [InlineData("filter_plugins/f.py", "init")]
    [InlineData("library/m.py", "init")]
    [InlineData("README.md", "")]
    [InlineData("other/roles/web/tasks/main.yml", "")]
    public void ChangeWithWhatAnAnsiblePhaseTakesFromTheProject(string file, string changed)
    {
        foreach (
            var (path, text) in ((string, string)[])
                [
                    (
                        "phases/init.yaml",
                        "- import_role: { name: web }\n- ansible.builtin.include_tasks: ../tasks/more.yml\n  vars: { a: '{{ b }}' }\n- import_tasks: setup.yaml\n"
                    ),
                    ("phases/main.yaml", "- import_role: { name: only_main }\n- import_tasks: tasks/only_main.yml\n"),
                    ("roles/web/meta/main.yml", "dependencies: [deep]"),
                    ("roles/deep/tasks/main.yml", "[]"),
                    ("roles/only_main/tasks/main.yml", "[]"),
                    ("tasks/more.yml", "- template: { src: t.j2 }"),
                    ("tasks/only_main.yml", "[]"),
                    ("templates/t.j2", ""),
                    ("setup.yaml", "[]"),
                ]
        )
            folder.Write(path, text);
        File.Delete(Path.Combine(folder.Path, "phases/init.sh"));
        File.Delete(Path.Combine(folder.Path, "phases/main.sh"));
        var before = Keys("");
        folder.Write(file, "- changed");
        Assert.Equal(changed, Changed(before, Keys("")));
    }

    [Theory]
    [InlineData("- include_role: { name: \"{{ which }}\" }")]
    [InlineData("- name: x\n  ansible.builtin.include_tasks:\n    file: >-\n      {{ which }}.yml")]
    public void ChangeWithAllRolesAndTasksWhereANameIsATemplate(string include)
    {
        File.Delete(Path.Combine(folder.Path, "phases/init.sh"));
        folder.Write("phases/init.yaml", include);
        foreach (var file in (string[])["roles/any/tasks/main.yml", "tasks/any.yml"])
        {
            var before = Keys("");
            folder.Write(file, "changed");
            Assert.Equal("init", Changed(before, Keys("")));
        }
    }

    [Fact]
    public void DifferBetweenMachinesWithVariablesOfTheirOwn()
    {
        File.Delete(Path.Combine(folder.Path, "phases/init.sh"));
        folder.Write("phases/init.yaml", "[]");
        folder.Write("host_vars/c/x.yml", "1");
        Assert.Equal("", Changed(Keys("", name: "a"), Keys("", name: "b")));
        Assert.Equal("init", Changed(Keys("", name: "a"), Keys("", name: "c")));
    }

    [Fact]
    public void AreNoHitWhereWhatAnsibleReadIsNotAsItWas()
    {
        File.Delete(Path.Combine(folder.Path, "phases/dependencies.sh"));
        folder.Write("phases/dependencies.yaml", "[]");
        var planned = Planner.Make(Input("")).Machines[0];
        var states = planned.Layers.Select(l => LayerChain.StateOf(new("f", "a"), l.Key!, LayerChain.IdentityOf(planned.Nics))).ToList();
        string Hits(StateId agreeing) =>
            string.Join(
                ' ',
                Planner
                    .Make(
                        Input("") with
                        {
                            Inventory = new([Lab.Host("h1") with { States = [.. states] }]),
                            Agreeing = [agreeing.ToString()],
                        }
                    )
                    .Machines[0]
                    .Layers.Where(l => l.Present is not null)
                    .Select(l => l.Name)
            );
        Assert.Equal("clean dependencies init", Hits(states[1]));
        Assert.Equal("clean", Hits(states[2]));
    }

    [Fact]
    public void OfSeveralProjectsShareTheCleanLayerOnly()
    {
        var file = folder.Write(
            "farm.yaml",
            $"farm: f\n{Lab.Hypervisors("h1")}networks: {{ lan: {{ cidr: 10.9.0.0/24 }} }}\nvms: {{ list: [ {{ name: a, platform: debian_13 }} ] }}\n"
                + "projects: { one: { phases: phases }, two: { phases: phases } }"
        );
        var parts = Planner
            .Make(Lab.Input(FarmFile.Read(file, Reading.Defaults).Require(), Lab.Host("h1")))
            .Machines[0]
            .EachProject()
            .ToList();
        Assert.Equal(["one.", "two."], parts.Select(p => p.Spec.Scope));
        Assert.Equal([true, false, false], parts[0].Layers.Zip(parts[1].Layers, (one, two) => one.Key == two.Key));
    }

    [Fact]
    public void OfAnOwnRevisionReplaceTheFilesPart()
    {
        const string Revision = "revision: r1";
        var before = Keys("", Revision);
        folder.Write("phases/init.sh", "changed");
        folder.Write("phases/helpers/lib.sh", "changed");
        Assert.Equal("", Changed(before, Keys("", Revision)));
        Assert.Equal("dependencies init", Changed(before, Keys("", "revision: r2")));
        Assert.Equal("dependencies init", Changed(before, Keys("", Revision + ", id: other")));
        Assert.Equal("dependencies init", Changed(before, Keys("", Revision + ", vars: { a: b }")));
        Assert.Equal("clean dependencies init", Changed(before, Keys("memory: 1GiB", Revision)));
        Assert.Equal("dependencies init", Changed(before, Keys("", "revision: auto")));
    }

    [Fact]
    public void HitWhenTheirStateIsThereAndOnlyThen()
    {
        var input = Input("");
        var planned = Planner.Make(input).Machines[0];
        Assert.All(planned.Layers, layer => Assert.Null(layer.Present));
        var identity = LayerChain.IdentityOf(planned.Nics);
        var states = planned.Layers.Take(2).Select(l => LayerChain.StateOf(new("f", "a"), l.Key!, identity)).ToList();
        var host = Lab.Host("h1") with { States = [.. states] };
        string Hits(PlanInput asked) =>
            string.Join(
                ' ',
                Planner
                    .Make(asked with { Inventory = new([host]) })
                    .Machines[0]
                    .Layers.Where(l => l.Present is not null)
                    .Select(l => l.Name)
            );
        Assert.Equal("clean dependencies", Hits(input));
        Assert.Equal("", Hits(Input("networks: [ { name: lan, address: 10.9.0.77 } ]"))); // its memory thinks it is somebody else
        folder.Write("phases/dependencies.sh", "changed");
        Assert.Equal("clean", Hits(Input("")));
    }

    [Fact]
    public void AreOnlyForPhasesThatAMachineHas()
    {
        File.Delete(Path.Combine(folder.Path, "phases/dependencies.sh"));
        Assert.Equal("clean init", string.Join(' ', Planner.Make(Input("")).Machines[0].Layers.Select(l => l.Name)));
    }

    static string Changed(Dictionary<string, string> before, Dictionary<string, string> after) =>
        string.Join(' ', after.Keys.Where(k => before[k] != after[k]));

    Dictionary<string, string> Keys(string machine, string project = "", string name = "a", string farm = "f") =>
        Keys(Input(machine, project, name, farm));

    static Dictionary<string, string> Keys(PlanInput input) =>
        Planner.Make(input).Machines[0].Layers.ToDictionary(l => l.Name, l => l.Key!);

    PlanInput Input(string machine, string project = "", string name = "a", string farm = "f")
    {
        var file = folder.Write(
            "farm.yaml",
            $"farm: {farm}\n{Lab.Hypervisors("h1")}networks: {{ lan: {{ cidr: 10.9.0.0/24 }}, second: {{ cidr: 10.10.0.0/24 }} }}\n"
                + $"vms: {{ list: [ {{ name: {name}, platform: debian_13{(machine.Length == 0 ? "" : ", " + machine)} }} ] }}\n"
                + $"project: {{ phases: phases{(project.Length == 0 ? "" : ", " + project)} }}"
        );
        return Lab.Input(FarmFile.Read(file, Reading.Defaults).Require(), Lab.Host("h1"));
    }
}
