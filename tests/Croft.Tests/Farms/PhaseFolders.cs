using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class PhaseFolders : IDisposable
{
    readonly TemporaryFolder folder = new();

    public PhaseFolders()
    {
        folder.Write(
            "farm.yaml",
            "farm: f\nvms: { permutations: { platforms: [debian_12, debian_13], targets: [amd64, arm64] } }\nproject: { phases: phases }"
        );
        folder.Write("phases/main.sh", "root");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AreSearchedFromTheNarrowest()
    {
        folder.Write("phases/debian_13/main.yaml", "platform");
        folder.Write("phases/debian_13/arm64/main.yml", "target");
        Assert.Equal("main.sh False", Found("debian_12", "amd64"));
        Assert.Equal("debian_13/main.yaml True", Found("debian_13", "amd64"));
        Assert.Equal("debian_13/arm64/main.yml True", Found("debian_13", "arm64"));
        Assert.Null(Read().Find(Phase.Init, "debian_13", "arm64"));
    }

    [Fact]
    public void GivingAPhaseTwiceAreRefused()
    {
        folder.Write("phases/debian_13/init.yaml", "");
        folder.Write("phases/debian_13/init.sh", "");
        folder.Write("phases/init.sh", "");
        var problem = Assert.Single(Read().Problems());
        Assert.Equal("phase init is given twice in one folder: init.sh, init.yaml", problem.Message);
    }

    [Fact]
    public void ThatHoldAPlaybookInPlaceOfTasksAreRefused()
    {
        File.Delete(Path.Combine(folder.Path, "phases/main.sh"));
        folder.Write("phases/main.yaml", "---\n# mine\n- name: all\n  hosts: all\n  tasks:\n    - debug:\n");
        folder.Write("phases/init.yaml", "- add_host:\n    name: x\n    hosts: y\n- debug:\n  vars:\n    tasks: 1\n");
        var problem = Assert.Single(Read().Problems());
        Assert.Equal("phases/main.yaml:4:3", problem.At?.ToString());
        Assert.Equal("the file of phase main is a playbook, and a phase is a list of tasks", problem.Message);
    }

    [Theory]
    [InlineData("a: 1", "1:1", "is no list of tasks but a map")]
    [InlineData("text", "1:1", "is no list of tasks but a single value")]
    [InlineData("- ping:\n- [ a ]", "2:3", "has a list in place of a task")]
    [InlineData("- ping:\n- ping", "2:3", "has a single value in place of a task")]
    [InlineData("- ping:\n  serial: 2", "2:3", "has \"serial\", which plays have, not tasks")]
    [InlineData("- ping:\n  vars: { a: [serial], serial: 2 }\n  roles: x", "3:3", "has \"roles\", which plays have, not tasks")]
    [InlineData("- vars: { a: 1 }\n  gather_facts: no", "2:3", "has \"gather_facts\", which plays have, not tasks")]
    [InlineData("- import_playbook: x.yml", "1:3", "is a playbook, and a phase is a list of tasks")]
    [InlineData("- { name: serial, loop: [order], debug: { strategy: x } }\n- debug: hosts", null, null)]
    [InlineData("- ping:\n bad", "2:2", "is not YAML: ")]
    [InlineData("- a: 'x", "1:6", "is not YAML: ")]
    [InlineData("- debug: { msg: x\n- oops\n", "2:1", "is not YAML: something before this place is not closed or not finished")]
    [InlineData("", null, null)]
    [InlineData("# nothing yet\n---\n", null, null)]
    [InlineData("[]", null, null)]
    [InlineData("- shell: \"one\n  two\"", null, null)]
    [InlineData("- &a { ping: , ping: }\n- *a\n- set_fact: { b: !vault x, c: !unsafe '{{' }", null, null)]
    [InlineData("$ANSIBLE_VAULT;1.1;AES256\n3333\n", null, null)]
    public void ThatHoldNoTasksAreRefused(string text, string? at, string? what)
    {
        File.Delete(Path.Combine(folder.Path, "phases/main.sh"));
        folder.Write("phases/main.yaml", text);
        var problem = Read().Problems().SingleOrDefault();
        Assert.Equal(at is null ? null : $"phases/main.yaml:{at}", problem?.At?.ToString());
        if (what is not null)
            Assert.StartsWith($"the file of phase main {what}", problem!.Message);
    }

    [Theory]
    [InlineData("- ping:\n  run_once: yes\n- { ping: , run_once: true }", "2: run_once means once on each machine")]
    [InlineData("- block:\n    - ping:\n      throttle: 1", "3: throttle counts one machine alone")]
    [InlineData("- any_errors_fatal: true\n  ping:", "1: any_errors_fatal ends the phase of this machine alone")]
    [InlineData("- { block: [ ping: ], rescue: [ { block: [ { ping: , run_once: '{{ x }}' } ] } ] }", "1: run_once means")]
    [InlineData("- ping:\n  run_once: false\n  throttle: 0\n# run_once: true", null)]
    [InlineData(
        "- shell: |\n    cat <<E\n    run_once: true\n    E\n- debug:\n    msg: { throttle: 1 }\n- set_fact: { any_errors_fatal: true }",
        null
    )]
    [InlineData("- block: [ { ping: , vars: { run_once: true, block: [ { run_once: true } ] } } ]", null)]
    [InlineData("- ? [ run_once, { throttle: 1 } ]\n  : throttle\n- { ping: , with_items: [ run_once, true ] }", null)]
    [InlineData("$ANSIBLE_VAULT;1.1;AES256\n3333\n", null)]
    public void SayWhatAWordForAllHostsMeansInAPlayOfOne(string text, string? note)
    {
        File.Delete(Path.Combine(folder.Path, "phases/main.sh"));
        folder.Write("phases/main.yaml", text);
        if (note is null)
            Assert.Empty(Read().Notes);
        else
            Assert.StartsWith($"phases/main.yaml:{note}", Assert.Single(Read().Notes));
        folder.Write("farm.yaml", "farm: f\nvms: { permutations: { platforms: [debian_12] } }\nproject: { phases: phases }");
        Assert.Empty(Read().Notes);
    }

    [Fact]
    public void OfHelpersMayHoldFilesNamedLikePhases()
    {
        folder.Write("phases/tasks/main.yml", "one");
        folder.Write("phases/tasks/main.sh", "one");
        folder.Write("phases/debian_13/roles/init.sh", "one");
        var before = Read();
        Assert.Empty(before.Problems());
        Assert.False(before.HasAnsible);
        foreach (var file in new[] { "phases/tasks/main.yml", "phases/tasks/main.sh", "phases/debian_13/roles/init.sh" })
        {
            var shared = Read().SharedDigest;
            folder.Write(file, "two");
            Assert.NotEqual(shared, Read().SharedDigest);
        }
    }

    [Fact]
    public void HaveDigestsOfContentNameAndMode()
    {
        var (shared, own) = (Read().SharedDigest, Digest());
        folder.Write("phases/main.sh", "changed");
        Assert.Equal(shared, Read().SharedDigest);
        Assert.NotEqual(own, own = Digest());
        File.SetUnixFileMode(Path.Combine(folder.Path, "phases/main.sh"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.NotEqual(own, Digest());
        folder.Write("phases/lib.sh", "x");
        Assert.NotEqual(shared, shared = Read().SharedDigest);
        File.Move(Path.Combine(folder.Path, "phases/lib.sh"), Path.Combine(folder.Path, "phases/.hidden"));
        Assert.NotEqual(shared, Read().SharedDigest);
        Assert.Equal([".hidden", "main.sh"], Read().All);
    }

    [Fact]
    public void MayBeMissing() =>
        Assert.Null(PhaseFiles.Read(Reading.Farm("farm: f"), TestContext.Current.CancellationToken).Find(Phase.Main, "debian_13", "amd64"));

    string Digest() => Read().Find(Phase.Main, "debian_13", "amd64")!.Digest;

    string Found(string platform, string target)
    {
        var files = Read();
        var file = files.Find(Phase.Main, platform, target)!;
        return $"{Path.GetRelativePath(files.Root, file.File)} {file.IsAnsible}";
    }

    PhaseFiles Read() =>
        PhaseFiles.Read(
            FarmFile.Read(Path.Combine(folder.Path, "farm.yaml"), Reading.Defaults).Require(),
            TestContext.Current.CancellationToken
        );
}
