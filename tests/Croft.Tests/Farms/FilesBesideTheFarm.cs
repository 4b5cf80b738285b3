using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class FilesBesideTheFarm : IDisposable
{
    readonly TemporaryFolder folder = new();

    public FilesBesideTheFarm() => folder.Write("farm.yaml", "farm: f\nvms: { permutations: { platforms: [mine], targets: [big] } }");

    [Fact]
    public void DefinePlatformsAndTargets()
    {
        folder.Write("platforms/mine.yaml", "image: debian_13\nuser: admin");
        folder.Write("targets/big.yml", "arch: amd64\nvcpus: 8");
        var machine = Assert.Single(FarmFile.Read(Path.Combine(folder.Path, "farm.yaml"), Reading.Defaults).Require().Machines);
        Assert.Equal(("mine-big", "admin", 8, "x86_64"), (machine.Name, machine.User, machine.Vcpus, machine.Arch));
    }

    [Fact]
    public void WinOverTheCatalogue()
    {
        folder.Write("farm.yaml", "farm: f\nvms: { list: [ { platform: debian_13 } ] }");
        folder.Write("platforms/debian_13.yaml", "image: debian_13\nvcpus: 3");
        Assert.Equal(3, FarmFile.Read(Path.Combine(folder.Path, "farm.yaml"), Reading.Defaults).Require().Machines[0].Vcpus);
    }

    [Fact]
    public void AreReportedWithTheirOwnPlace()
    {
        folder.Write("platforms/mine.yaml", "image: debian_13\nmemroy: 1GiB\nvcpus: many");
        folder.Write("targets/big.yaml", "arch: [");
        Assert.Equal(
            """
            platforms/mine.yaml:2:1: memroy: a platform has no key "memroy"; did you mean "memory"?
            platforms/mine.yaml:3:8: vcpus: "many" is not a whole number from 1 to 4096
            targets/big.yaml:2:1: not YAML: while parsing a node, did not find expected node content
            """,
            Problems()
        );
    }

    [Fact]
    public void MissingOnesAreNamed() =>
        Assert.Equal(
            """
            farm.yaml:2:36: vms.permutations.platforms[0]: no platform "mine"; looked in farm.yaml, for platforms/mine.yaml or platforms/mine.yml, and in the catalogue
            farm.yaml:2:53: vms.permutations.targets[0]: no target "big"; did you mean "bug"? (looked in farm.yaml, for targets/big.yaml or targets/big.yml, and in the catalogue)
            """,
            Problems(("targets/bug.yaml", "arch: amd64"))
        );

    [Fact]
    public void BothEndingsAreRefused() =>
        Assert.Contains(
            "vms.permutations.platforms[0]: platforms/mine.yaml and platforms/mine.yml both exist; keep one of them",
            Problems(
                ("platforms/mine.yaml", "image: debian_13"),
                ("platforms/mine.yml", "image: debian_13"),
                ("targets/big.yaml", "arch: amd64")
            )
        );

    [Fact]
    public void SameNameInTheFarmFileIsRefused()
    {
        folder.Write("farm.yaml", "farm: f\nplatforms: { mine: { image: debian_13 } }\nvms: { list: [ { platform: mine } ] }");
        Assert.Equal(
            "farm.yaml:2:14: platforms.mine: platform \"mine\" is defined in platforms/mine.yaml too; keep one of them",
            Problems(("platforms/mine.yaml", "image: debian_12"))
        );
    }

    [Fact]
    public void EmptyOneIsRefused() =>
        Assert.Contains(
            "platforms/mine.yaml:1:1: the file is empty; write the keys of a platform here",
            Problems(("platforms/mine.yaml", "# later"), ("targets/big.yaml", "arch: amd64"))
        );

    [Fact]
    public void FarmIsFoundFromBelow()
    {
        var below = Directory.CreateDirectory(Path.Combine(folder.Path, "a/b"));
        Assert.Equal(Path.Combine(folder.Path, "farm.yaml"), FarmFile.Find(below.FullName));
    }

    [Fact]
    public void MissingFarmIsAProblem() =>
        Assert.Equal(
            "no farm file /nowhere/farm.yaml; croft init writes one",
            string.Join('\n', FarmFile.Read("/nowhere/farm.yaml", Reading.Defaults).Problems)
        );

    [Fact]
    public void FarmThatIsNoTextIsAProblem()
    {
        File.WriteAllBytes(Path.Combine(folder.Path, "farm.yaml"), [0x66, 0xff, 0xfe]);
        Assert.Equal("farm.yaml:1:1: the file is not UTF-8 text", Problems());
    }

    public void Dispose() => folder.Dispose();

    string Problems(params (string Name, string Text)[] files)
    {
        foreach (var (name, text) in files)
            folder.Write(name, text);

        return string.Join('\n', FarmFile.Read(Path.Combine(folder.Path, "farm.yaml"), Reading.Defaults).Problems);
    }
}
