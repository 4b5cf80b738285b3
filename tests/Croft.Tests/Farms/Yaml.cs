namespace Croft.Tests.Farms;

public sealed class Yaml
{
    [Theory]
    [InlineData(
        "",
        "farm.yaml:1:1: the farm file is empty; the smallest is \"farm: demo\" and \"vms: { permutations: { platforms: [debian_13] } }\""
    )]
    [InlineData(
        "# only this\n",
        "farm.yaml:1:1: the farm file is empty; the smallest is \"farm: demo\" and \"vms: { permutations: { platforms: [debian_13] } }\""
    )]
    [InlineData(
        "- farm",
        "farm.yaml:1:1: must be a map, not a list; a farm file has keys such as farm, hypervisors, dispatch, networks, platforms"
    )]
    [InlineData(
        "farm",
        "farm.yaml:1:1: must be a map, not a single value; a farm file has keys such as farm, hypervisors, dispatch, networks, platforms"
    )]
    [InlineData("farm: f\nvms: [a]", "farm.yaml:2:6: vms: must be a map, not a list; vms has keys such as permutations, exclude, list")]
    [InlineData(
        "farm: f\nnetworks: [lan]",
        "farm.yaml:2:11: networks: must be a map with a key for each name, not a list; such as lan: { … }"
    )]
    [InlineData(
        "farm: f\nnetworks:\n- { name: lan, mode: nat }",
        "farm.yaml:3:1: networks: must be a map with a key for each name, not a list; such as lan: { … }"
    )]
    [InlineData("farm: f\nvms: { list: { name: a } }", "farm.yaml:2:14: vms.list: must be a list, not a map; each item begins with \"- \"")]
    [InlineData("farm: f\nfarm: g", "farm.yaml:2:1: farm: the key stands here already, at line 1")]
    [InlineData("farm: f\n---\nfarm: g", "farm.yaml:2:1: a second document begins here; one file is one document; remove the \"---\"")]
    [InlineData(
        "farm: f\nvms:\n  list: [1,2\nnetworks: {}",
        "farm.yaml:4:1: not YAML: something before this place is not closed or not finished"
    )]
    [InlineData("farm: f\nvms:\n\tlist: []", "farm.yaml:3:1: a tab indents this line; indent with spaces")]
    [InlineData("farm: \"a\\qb\"", "farm.yaml:1:9: not YAML: while scanning a quoted scalar, found unknown escape character")]
    [InlineData("farm: f\n\tvms: {}", "farm.yaml:2:1: a tab indents this line; indent with spaces")]
    [InlineData("farm: 'f\nvms: {}\n", "farm.yaml:1:7: not YAML: while scanning a quoted scalar, found unexpected end of stream")]
    [InlineData("\tfarm: f", "farm.yaml:1:1: a tab indents this line; indent with spaces")]
    [InlineData(
        "farm: f\n<<<<<<< HEAD\nvms: {}\n=======\nproject: {}\n>>>>>>> theirs\n",
        "farm.yaml:2:1: a merge that conflicts left both sides in the file; keep the lines of one side, and remove those that begin with <<<<<<<, ======= and >>>>>>>"
    )]
    [InlineData("farm: f\0", "farm.yaml:1:8: the character U+0000 is not allowed in YAML; the file may be damaged, or not text")]
    [InlineData("farm: f\nvms: *nothing", "farm.yaml:2:6: no anchor \"nothing\" before this place")]
    [InlineData("farm: f\nvms: &a { list: [*a] }", "farm.yaml:2:18: the anchor \"a\" contains itself")]
    [InlineData("farm: !!binary Zg==", "farm.yaml:1:7: the tag \"tag:yaml.org,2002:binary\" means nothing here; leave it out")]
    [InlineData("farm: f\n? [a]\n: b", "farm.yaml:2:3: a key must be a word, not a list")]
    [InlineData("farm: f\nvms: { <<: 5 }", "farm.yaml:2:8: vms[\"<<\"]: \"<<\" takes a map or a list of maps, not a single value")]
    public void MistakesAreReportedWithTheirPlace(string text, string problem) => Assert.Equal(problem, Reading.Problems(text));

    [Fact]
    public void AnchorsAliasesAndMergeKeysWork()
    {
        var farm = Reading.Farm(
            """
            farm: f
            x-sizes: [ &memory 256MiB ]
            vms:
              list:
                - &first { platform: debian_13, name: a, memory: *memory, vcpus: 2 }
                - { <<: *first, name: b, vcpus: 3 }
                - { <<: [ { name: c }, *first ] }
            """
        );
        Assert.Equal(
            ["a 2 268435456", "b 3 268435456", "c 2 268435456"],
            farm.Machines.Select(machine => $"{machine.Name} {machine.Vcpus} {machine.Memory}")
        );
    }

    [Fact]
    public void FreeValuesAreCoreSchemaJsonAndNumbersOnlyWhereTheyAreWrittenSo()
    {
        var vars = Reading
            .Farm(
                """
                farm: f
                project:
                  vars:
                    a: [1, -2, +3, 007, 0x1F, 0o17, 1.5, .5, 2., 1e3, -0, 1.10, 61e9540, 12345678901234567890]
                    b: [true, False, yes, on, null, ~, ]
                    c: [1.2.3, "5", 2026-11-20, 1_000, 0b1, 12:30, '', "\u00e9<"]
                    d: { nested: { deep: }, list: [] }
                """
            )
            .Project.Vars;
        Assert.Equal(
            "{\"a\":[1,-2,\"\\u002B3\",\"007\",\"0x1F\",\"0o17\",1.5,\".5\",\"2.\",\"1e3\",\"-0\",\"1.10\",\"61e9540\",12345678901234567890],\"b\":[true,false,\"yes\",\"on\",null,null],\"c\":[\"1.2.3\",\"5\",\"2026-11-20\",\"1_000\",\"0b1\",\"12:30\",\"\",\"\\u00E9\\u003C\"],\"d\":{\"nested\":{\"deep\":null},\"list\":[]}}",
            vars
        );
    }

    [Fact]
    public void InfinityIsNoJson() =>
        Assert.Equal(
            "farm.yaml:2:23: project.vars.a: JSON has no infinity and no not-a-number; put it in quotation marks",
            Reading.Problems("farm: f\nproject: { vars: { a: -.inf, b: \".nan\" } }")
        );

    [Fact]
    public void EverythingWrongIsReportedAtOnceInOrder() =>
        Assert.Equal(
            """
            farm.yaml:1:7: farm: "My Farm" is not a DNS label: 1 to 63 lower case letters, digits and "-", not "-" at either end; write "my-farm"
            farm.yaml:2:1: netwroks: a farm file has no key "netwroks"; did you mean "networks"?
            farm.yaml:5:15: vms.list[0].memory: "2GB" is not a size: a size is a number with KiB, MiB, GiB or TiB; write 2GiB
            farm.yaml:6:16: vms.list[0].networks: must be a list, not a single value; write [default]
            farm.yaml:7:7: vms.list[1].platform: missing; a machine needs platform: a name
            """,
            Reading.Problems(
                """
                farm: My Farm
                netwroks: {}
                vms: { list: [
                    { platform: debian_13,
                      memory: 2GB,
                     networks: default },
                      { name: x } ] }
                """
            )
        );
}
