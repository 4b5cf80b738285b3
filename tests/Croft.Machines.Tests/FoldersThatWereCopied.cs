using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>A copy of a farm's folder, made while its machine runs.</summary>
public sealed class FoldersThatWereCopied : IAsyncLifetime
{
    readonly Lab first = new("ftcopy");
    readonly Lab copy = new("ftcopy");

    public async ValueTask InitializeAsync()
    {
        first.Write("farm.yaml", Text("ftcopy", "256MiB"));
        await first.SucceedsAsync("up");
        await first.SucceedsAsync("ssh", "a", "--", "echo precious >/root/data");
        await new Tool("cp", "-a", first.Folder + "/.", copy.Folder).RunCheckedAsync(
            "copying the folder",
            TestContext.Current.CancellationToken
        );
    }

    public async ValueTask DisposeAsync()
    {
        await copy.DisposeAsync();
        await first.DisposeAsync();
    }

    [Fact]
    public async Task ChangeNothingOfTheFarmThatTheyWereCopiedFrom()
    {
        string[] words = [first.Folder, copy.Folder, "farm: NAME", "croft adopt"];
        foreach (var memory in (string[])["256MiB", "200MiB"])
        {
            copy.Write("farm.yaml", Text("ftcopy", memory));
            foreach (
                var command in new string[][]
                {
                    ["plan"],
                    ["up"],
                    ["run"],
                    ["down"],
                    ["stop"],
                    ["restart"],
                    ["pause"],
                    ["fork", "a"],
                    ["snapshot", "create", "s"],
                    ["exec", "a", "--", "true"],
                    ["destroy", "--yes"],
                }
            )
                await copy.RefusesAsync(3, words, command);
        }

        Assert.Contains(first.Folder, (await copy.CroftAsync("ls")).Error);
        Assert.Equal("precious\n", await first.SucceedsAsync("ssh", "a", "--", "cat /root/data"));

        await AreFarmsOfTheirOwnByAnotherName();
        await AreTheFarmOnceTheyAdoptedIt();
    }

    async Task AreFarmsOfTheirOwnByAnotherName()
    {
        var other = new Lab(Lab.Own("ftcopyother"), Path.Combine(copy.Folder, "other"));
        await new Tool("cp", "-a", first.Folder, other.Folder).RunCheckedAsync("copying the folder", TestContext.Current.CancellationToken);
        other.Write("farm.yaml", Text(other.Farm, "256MiB"));
        await other.SucceedsAsync("up");
        await other.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await other.LeftoversAsync());
        Assert.Equal("running", await first.StateAsync("a"));
    }

    async Task AreTheFarmOnceTheyAdoptedIt()
    {
        copy.Write("farm.yaml", Text("ftcopy", "256MiB"));
        await copy.SucceedsAsync("adopt", "--yes");
        Assert.Equal("precious\n", await copy.SucceedsAsync("ssh", "a", "--", "cat /root/data"));
        await first.RefusesAsync(3, [first.Folder, copy.Folder], "destroy", "--yes");
    }

    static string Text(string farm, string memory) =>
        $$"""
            farm: {{farm}}
            vms: { list: [ { name: a, platform: debian_12, memory: {{memory}} } ] }
            """;
}
