namespace Croft.Tests.Farms;

/// <summary>Built-in defaults, project, target, platform, list entry: later wins, maps merge, lists replace.</summary>
public sealed class Layers
{
    const string Farm = """
        farm: f
        hypervisors: { h: { uri: "qemu:///system", labels: { site: lyon, disk: ssd, rack: "1" } } }
        project: { wait: agent, connection_timeout: 60s }
        targets:
          t: { arch: x86_64, vcpus: 2, memory: 1GiB, cpu: max, require: { site: lyon, disk: ssd }, properties: { a: { x: 1, y: 1 }, b: [1, 2] } }
        platforms:
          p: { image: debian_13, memory: 2GiB, user: admin, require: { rack: "1" }, properties: { a: { y: 2 }, b: [3] } }
        vms:
          permutations: { platforms: [p], targets: [t] }
          list:
            - { platform: p, target: t, name: own, memory: 3GiB, wait: ssh, properties: { a: { z: 3 }, b: } }
        """;

    [Fact]
    public void PlatformWinsOverTarget()
    {
        var machine = Reading.Farm(Farm).Machines[0];
        Assert.Equal((2, 2L << 30, "max", "admin"), (machine.Vcpus, machine.Memory, machine.Cpu, machine.User));
    }

    [Fact]
    public void EntryWinsOverPlatform() => Assert.Equal(3L << 30, Reading.Farm(Farm).Machines[1].Memory);

    [Fact]
    public void ProjectGivesDefaults()
    {
        var machines = Reading.Farm(Farm).Machines;
        Assert.Equal(["Agent", "Ssh"], machines.Select(machine => machine.Wait.Kind.ToString()));
        Assert.All(machines, machine => Assert.Equal(60, machine.ConnectionTimeout.TotalSeconds));
    }

    [Fact]
    public void MapsMerge() => Assert.Equal("[disk, ssd] [rack, 1] [site, lyon]", string.Join(' ', Reading.Farm(Farm).Machines[0].Require));

    [Fact]
    public void FreeMapsMergeDeepAndListsReplace()
    {
        var machines = Reading.Farm(Farm).Machines;
        Assert.Equal("""{"a":{"x":1,"y":2},"b":[3]}""", machines[0].Properties);
        Assert.Equal("""{"a":{"x":1,"y":2,"z":3},"b":null}""", machines[1].Properties);
    }

    [Fact]
    public void ListsReplace()
    {
        var farm = Reading.Farm(
            """
            farm: f
            networks: { a: {}, b: {}, c: {} }
            platforms: { p: { image: debian_13, networks: [a, b], disks: [ { name: d, size: 1GiB } ] } }
            vms: { list: [ { platform: p, networks: [c], disks: [] } ] }
            """
        );
        Assert.Equal("c", Assert.Single(farm.Machines[0].Networks).Network);
        Assert.Empty(farm.Machines[0].Disks);
    }

    [Fact]
    public void ImageWithASourceReplacesAndWithoutOneChanges()
    {
        var farm = Reading.Farm(
            """
            farm: f
            platforms: { p: { image: { build: mmdebstrap, suite: bookworm, packages: [git] } } }
            vms:
              list:
                - { platform: p, name: a, image: { packages: [vim, curl, vim] } }
                - { platform: p, name: b, image: { build: mmdebstrap, suite: trixie } }
                - { platform: debian_12, name: c, image: { flavour: systemd } }
                - { platform: p, name: d, image: debian_13 }
            """
        );
        Assert.Equal(
            ["p bookworm Micro [curl vim]", "p trixie Micro []", "debian_12 bookworm Systemd []", "debian_13 trixie Micro []"],
            farm.Machines.Select(machine =>
                (BuiltImageOf(machine.Image) is var image)
                    ? $"{image.Name} {image.Suite} {image.Flavour} [{string.Join(' ', image.Packages)}]"
                    : ""
            )
        );
    }

    [Fact]
    public void EveryValueKeepsItsOwnPlace() =>
        Assert.Equal(
            """
            farm.yaml:2:43: targets.t.hypervisor: no hypervisor "rock" in this farm; known: local
            farm.yaml:3:52: platforms.p.networks[0]: no network "prud" in this farm; known: default
            """,
            Reading.Problems(
                """
                farm: f
                targets: { t: { arch: x86_64, hypervisor: rock } }
                platforms: { p: { image: debian_13, networks: [    prud ] } }
                vms: { permutations: { platforms: [p], targets: [t] } }
                """
            )
        );

    [Fact]
    public void UnusedAndOverriddenValuesAreCheckedToo() =>
        Assert.Equal(
            """
            farm.yaml:2:31: platforms.unused.vcpus: "none" is not a whole number from 1 to 4096
            farm.yaml:3:29: targets.amd64.memory: "1" is not a size: a size is a number with KiB, MiB, GiB or TiB; write 1MiB or 1GiB
            """,
            Reading.Problems(
                """
                farm: f
                platforms: { unused: { vcpus: none } }
                targets: { amd64: { memory: 1 } }
                vms: { list: [ { platform: debian_13, memory: 1GiB } ] }
                """
            )
        );

    static Croft.Farms.BuiltImage BuiltImageOf(Croft.Farms.ImageSpec image) => Assert.IsType<Croft.Farms.BuiltImage>(image);
}
