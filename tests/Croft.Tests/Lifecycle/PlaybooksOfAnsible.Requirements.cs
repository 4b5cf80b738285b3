using Croft.Phases;
using Croft.Tools;

namespace Croft.Tests.Lifecycle;

public sealed partial class PlaybooksOfAnsible
{
    Task<HostAnsible> RequireAsync(bool install) =>
        HostAnsible.ReadAsync(Project("", "- import_role: { name: web }\n").Project, Cache, install, TestContext.Current.CancellationToken);

    async Task<string> ArchiveOfARoleAsync()
    {
        folder.Write("made/web/tasks/main.yml", "- set_fact: { role: true }\n");
        folder.Write("made/web/meta/main.yml", "galaxy_info: { author: a, description: d, license: l, min_ansible_version: '2.9' }\n");
        var archive = Path.Combine(folder.Path, "web.tar.gz");
        await new Tool("tar", "-czf", archive, "-C", "made", "web") { Directory = folder.Path }.RunCheckedAsync(
            "packing",
            TestContext.Current.CancellationToken
        );
        return archive;
    }

    [Fact]
    public async Task InstallWhatRequirementsOfEveryFormName()
    {
        await ArchiveOfARoleAsync();
        foreach (
            var form in (string[])
                [
                    "---\n# old\n- src: web.tar.gz\n  name: web\n",
                    "  - src: web.tar.gz\n    name: web\n",
                    "\ufeff---\r\nroles:\r\n  - src: web.tar.gz\r\n    name: web\r\n",
                    "{collections: [], roles: [{src: web.tar.gz, name: web}]}\n",
                    "\"roles\":\n- { src: web.tar.gz, name: web }\n",
                    "- include: more.yml\n",
                ]
        )
        {
            folder.Write("more.yml", "- src: web.tar.gz\n  name: web\n");
            folder.Write("requirements.yml", form);
            var found = await RequireAsync(install: true);
            Assert.True(found.IsComplete, form);
            Assert.True(File.Exists(Path.Combine(found.Requirements!.Roles, "web/tasks/main.yml")), form);
            File.AppendAllText(await ArchiveOfARoleAsync(), "x");
            Assert.False((await RequireAsync(install: false)).IsComplete, form);
            await ArchiveOfARoleAsync();
        }
    }

    [Theory]
    [InlineData("hello\n", "requirements.yml:1:1: requirements are a map or a list, not a single value")]
    [InlineData(
        "collection:\n- a.b\n",
        "requirements.yml:1:1: collection: ansible-galaxy knows no such key; did you mean \"collections\"?"
    )]
    [InlineData("collections:\n  a.b: 1\n", "requirements.yml:2:3: collections: must be a list, not a map")]
    [InlineData("roles: [\n", "requirements.yml:2:1: not YAML")]
    public async Task RefuseRequirementsThatAnsibleGalaxyCouldNotTake(string text, string said)
    {
        folder.Write("requirements.yml", text);
        var refused = await Assert.ThrowsAsync<CroftException>(() => RequireAsync(install: false));
        Assert.StartsWith(said, refused.Message);
        Assert.Contains("ansible-galaxy install -r requirements.yml", refused.Hint);
    }

    [Theory]
    [InlineData("collections: [{ name: gone.tar.gz, type: file }]\n", "gone.tar.gz", "collection")]
    [InlineData("roles: [{ src: 'git+file:///gone/away', name: web }]\n", "web was NOT installed successfully: ", "role")]
    public async Task SayWhatOfTheRequirementsCannotBeInstalled(string text, string said, string kind)
    {
        folder.Write("requirements.yml", text);
        var failed = await Assert.ThrowsAsync<CroftException>(() => RequireAsync(install: true));
        Assert.StartsWith("installing what requirements.yml asks for: ", failed.Message);
        Assert.Contains(said, failed.Message);
        Assert.DoesNotContain("--ignore-errors", failed.Message);
        Assert.Equal(
            $"paths in it begin at {folder.Path}; ansible-galaxy {kind} install -r requirements.yml there tries it by hand",
            failed.Hint
        );
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Cache, "ansible")));
    }

    [Fact]
    public async Task SayWhereRequirementsAreEmpty()
    {
        folder.Write("roles/requirements.yml", "---\n# nothing yet\n");
        var found = await RequireAsync(install: true);
        Assert.True(found.IsComplete);
        Assert.Equal(
            ["roles/requirements.yml is empty, and nothing is installed: write collections: or roles: into it, or remove it"],
            found.Missing([])
        );
    }

    [Fact]
    public async Task InstallAnewWhatWasEditedInAFolderOrARepository()
    {
        var cancel = TestContext.Current.CancellationToken;
        await GalaxyAsync("collection", "init", "k.t", "--init-path", "made");
        folder.Write("made/k/t/roles/r/tasks/main.yml", "- set_fact: { collected: 1 }\n");
        folder.Write("repo/tasks/main.yml", "- set_fact: { role: 1 }\n");
        folder.Write("repo/meta/main.yml", "galaxy_info: { author: a, description: d, license: l, min_ansible_version: '2.9' }\n");
        async Task CommitAsync(string message) =>
            await new Tool(
                "sh",
                "-c",
                "git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -q -m \"$1\"",
                "sh",
                message
            )
            {
                Directory = Path.Combine(folder.Path, "repo"),
            }.RunCheckedAsync("committing", cancel);
        await CommitAsync("one");
        folder.Write(
            "requirements.yml",
            $"collections: [{{ name: made/k/t, type: dir }}]\nroles: [{{ src: 'git+file://{folder.Path}/repo', name: web }}]\n"
        );
        Assert.True((await RequireAsync(install: false)).Has("k.t"));
        var first = await RequireAsync(install: true);
        Assert.Equal(first.Key, (await RequireAsync(install: true)).Key);
        folder.Write("made/k/t/roles/r/tasks/main.yml", "- set_fact: { collected: 2 }\n");
        Assert.False((await RequireAsync(install: false)).IsComplete);
        var second = await RequireAsync(install: true);
        Assert.NotEqual(first.Key, second.Key);
        folder.Write("repo/tasks/main.yml", "- set_fact: { role: 2 }\n");
        await CommitAsync("two");
        var (code, words) = await PlayAsync(
            "- import_role: { name: k.t.r }\n- import_role: { name: web }\n- assert: { that: [collected == 2, role == 2] }\n",
            "{}"
        );
        Assert.True(code == 0, words);
        Assert.NotEqual(second.Key, ansible!.Key);
    }
}
