using System.Text.RegularExpressions;
using Croft.Tools;

namespace Croft.Cli.Tests;

public sealed class PlannedOffline : IDisposable
{
    const string Farm = """
        farm: vde
        hypervisors:
          h1: { uri: qemu+ssh://h1/system, capabilities: { x86_64: [kvm, qemu] }, size: { vcpus: 8, memory: 2GiB } }
          h2: { uri: qemu+ssh://h2/system, capabilities: { x86_64: [kvm], aarch64: [qemu] } }
        networks: { mgmt: { cidr: 10.80.0.0/24 } }
        vms:
          permutations: { platforms: [debian_13], targets: [amd64, arm64] }
          list: [ { name: db, platform: debian_12, target: amd64, memory: 3GiB } ]
        """;

    readonly Cli cli = new();

    public PlannedOffline() => cli.Write("farm.yaml", Farm);

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task ExplainsOneMachineHypervisorByHypervisor()
    {
        var result = await cli.RunAsync("plan", "--offline", "--explain", "db");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(
            """
            db on h2 by kvm: kvm, its turn
              needs           x86_64, 3 GiB, 1 vcpus
              virtualization  kvm, the first of kvm, qemu that is offered; native
              policy          fair: in turn, in declared order; 1 turns of x86_64 were before

            HYPERVISOR  OFFERS    FREE                   FREE WITH IT           SHARE  ORDER  WHY
            h2          kvm       any memory, any vcpus  any memory, any vcpus  -      1      chosen
            h1          kvm qemu  1.5 GiB, any vcpus     -                      -      2      1.5 GiB of memory free, 3 GiB needed

            """,
            result.Output
        );
        var json = await cli.RunAsync("plan", "--offline", "--explain", "db", "-o", "json");
        Assert.Contains("\"hypervisor\": \"h2\"", json.Output);
        Assert.Equal(2, (await cli.RunAsync("plan", "--offline", "--explain", "nobody")).ExitCode);
    }

    [Fact]
    public async Task TakesVariablesFromAFile()
    {
        cli.Write("vars.yaml", "level: 3\n");
        var good = await cli.RunAsync("plan", "--offline", "-e", "@vars.yaml", "-o", "json");
        Assert.Equal((0, ""), (good.ExitCode, good.Error));
        var missing = await cli.RunAsync("plan", "--offline", "-e", "@gone.yaml");
        Assert.Equal((2, "Error: gone.yaml:1:1: the file cannot be read: it does not exist\n"), (missing.ExitCode, missing.Error));
    }

    [Fact]
    public async Task IsAStableDocument()
    {
        var result = await cli.RunAsync("plan", "--offline", "-o", "json");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(
            """
            {
              "farm": "vde",
              "machines": [
                {
                  "name": "debian-13-amd64",
                  "platform": "debian_13",
                  "target": "amd64",
                  "arch": "x86_64",
                  "virtType": "kvm",
                  "hypervisor": "h1",
                  "addresses": {
                    "mgmt": "10.80.0.10"
                  },
                  "action": "create",
                  "reason": "kvm, its turn; image is built or fetched first",
                  "cache": {
                    "clean": "miss"
                  },
                  "hardware": "SHA-256",
                  "disks": null,
                  "layers": {
                    "clean": null
                  }
                },
                {
                  "name": "debian-13-arm64",
                  "platform": "debian_13",
                  "target": "arm64",
                  "arch": "aarch64",
                  "virtType": "qemu",
                  "hypervisor": "h2",
                  "addresses": {
                    "mgmt": "10.80.0.11"
                  },
                  "action": "create",
                  "reason": "the only one with qemu; image is built or fetched first",
                  "cache": {
                    "clean": "miss"
                  },
                  "hardware": "SHA-256",
                  "disks": null,
                  "layers": {
                    "clean": null
                  }
                },
                {
                  "name": "db",
                  "platform": "debian_12",
                  "target": "amd64",
                  "arch": "x86_64",
                  "virtType": "kvm",
                  "hypervisor": "h2",
                  "addresses": {
                    "mgmt": "10.80.0.12"
                  },
                  "action": "create",
                  "reason": "kvm, its turn; image is built or fetched first",
                  "cache": {
                    "clean": "miss"
                  },
                  "hardware": "SHA-256",
                  "disks": null,
                  "layers": {
                    "clean": null
                  }
                }
              ],
              "networks": [
                {
                  "name": "vde.mgmt",
                  "hypervisor": "h1",
                  "cidr": "10.80.0.0/24",
                  "mode": "nat",
                  "options": "",
                  "dhcp": true,
                  "exists": false,
                  "change": null
                },
                {
                  "name": "vde.mgmt",
                  "hypervisor": "h2",
                  "cidr": "10.80.0.0/24",
                  "mode": "nat",
                  "options": "",
                  "dhcp": true,
                  "exists": false,
                  "change": null
                }
              ],
              "undeclared": [],
              "superfluous": [],
              "notes": [],
              "problems": []
            }

            """,
            Regex.Replace(result.Output, "[0-9a-f]{64}", "SHA-256")
        );
        Assert.Equal(result.Output, (await cli.RunAsync("-o", "json", "plan", "--offline")).Output);
    }

    [Fact]
    public async Task ChangesNothing()
    {
        await cli.RunAsync("plan", "--offline");
        Assert.Equal(["farm.yaml"], Directory.GetFileSystemEntries(cli.Folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task IsTheSameInYaml()
    {
        var json = await cli.RunAsync("plan", "--offline", "-o", "json");
        cli.Write("plan.yaml", (await cli.RunAsync("plan", "--offline", "-o", "yaml")).Output);
        Assert.Equal(
            json.Output,
            await PythonAsync(
                "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1])), indent=2, ensure_ascii=False))",
                "plan.yaml"
            )
        );
    }

    [Fact]
    public async Task OfSelectedMachinesIsTheirPartOfIt()
    {
        var whole = (await cli.RunAsync("plan", "--offline")).Output.Split('\n');
        var part = await cli.RunAsync("plan", "--offline", "target=arm64");
        Assert.Equal(0, part.ExitCode);
        Assert.Contains(whole.Single(l => l.StartsWith("debian-13-arm64", StringComparison.Ordinal)), part.Output);
        Assert.DoesNotContain("db", part.Output);
        Assert.Equal(
            "Error: no machine matches \"nobody\"\nHint: there are: debian-13-amd64, debian-13-arm64, db\n",
            (await cli.RunAsync("plan", "--offline", "nobody")).Error
        );
    }

    [Fact]
    public async Task ThatCannotBeIsShownAndRefused()
    {
        cli.Write("farm.yaml", Farm.Replace("memory: 3GiB", "memory: 3GiB, hypervisor: h1"));
        var result = await cli.RunAsync("plan", "--offline", "-o", "json");
        Assert.Equal(3, result.ExitCode);
        Assert.Equal(
            "Error: farm.yaml:8:11: vms.db: machine \"db\" fits no hypervisor: h1: 1.5 GiB of memory free, 3 GiB needed; h2: the machine asks for h1; croft hypervisors shows what each can run\n",
            result.Error
        );
        Assert.EndsWith(
            """
              "problems": [
                {
                  "file": "farm.yaml",
                  "line": 8,
                  "column": 11,
                  "path": "vms.db",
                  "message": "machine \"db\" fits no hypervisor: h1: 1.5 GiB of memory free, 3 GiB needed; h2: the machine asks for h1",
                  "hint": "croft hypervisors shows what each can run"
                }
              ]
            }

            """,
            result.Output
        );
    }

    [Fact]
    public async Task OfABadFarmFileIsItsProblemsInOrder()
    {
        const string Error = """
            Error: farm.yaml:2:1: hypervisor: a farm file has no key "hypervisor"; did you mean "hypervisors"?
            Error: farm.yaml:5:17: vms.list[0].platform: no platform "debain_12"; did you mean "debian_12"? (looked in farm.yaml, for platforms/debain_12.yaml or platforms/debain_12.yml, and in the catalogue)
            Error: farm.yaml:6:47: vms.list[1].memory: "2GB" is not a size: a size is a number with KiB, MiB, GiB or TiB; write 2GiB

            """;
        cli.Write(
            "farm.yaml",
            "farm: f\nhypervisor: {}\nvms:\n  list:\n    - platform: debain_12\n    - { name: a, platform: debian_13, memory: 2GB }\n"
        );
        var table = await cli.RunAsync("plan", "--offline");
        Assert.Equal((2, ""), (table.ExitCode, table.Output));
        Assert.Equal(Error, table.Error);
        var json = await cli.RunAsync("plan", "--offline", "-o", "json");
        Assert.Equal((2, table.Error), (json.ExitCode, json.Error));
        cli.Write("plan.json", json.Output);
        Assert.Equal(
            "None [] 3 farm.yaml:5:17 vms.list[0].platform\n",
            await PythonAsync(
                "import json, sys; p = json.load(open(sys.argv[1])); q = p['problems'][1]; print(p['farm'], p['machines'], len(p['problems']), '%s:%s:%s' % (q['file'], q['line'], q['column']), q['path'])",
                "plan.json"
            )
        );
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("up")]
    [InlineData("ls")]
    [InlineData("destroy")]
    [InlineData("inventory")]
    public async Task BadFarmFileIsRefusedByEveryCommandAlike(string command)
    {
        cli.Write("farm.yaml", "farm: F\n");
        var result = await cli.RunAsync(command);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("Error: farm.yaml:1:7: farm: \"F\" is not a DNS label", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfTenThousandMachinesIsRight()
    {
        cli.Write(
            "farm.yaml",
            "farm: f\nnetworks: { lan: { cidr: 10.0.0.0/16 } }\nhypervisors:\n"
                + string.Concat(
                    Enumerable
                        .Range(0, 100)
                        .Select(i =>
                            $"  h{i}: {{ uri: qemu+ssh://h{i}/system, capabilities: {{ x86_64: [kvm] }}, size: {{ memory: 64GiB }} }}\n"
                        )
                )
                + "vms:\n  list:\n"
                + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"    - {{ name: m{i}, platform: debian_13 }}\n"))
        );
        var result = await cli.RunAsync("plan", "--offline", "-o", "json");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        cli.Write("plan.json", result.Output);
        Assert.Equal(
            "10000 10000 True\n",
            await PythonAsync(
                "import json, sys; m = json.load(open(sys.argv[1]))['machines']; print(len(m), len({x['addresses']['lan'] for x in m}), all(x['hypervisor'] == 'h%d' % (i % 100) for i, x in enumerate(m)))",
                "plan.json"
            )
        );
    }

    Task<string> PythonAsync(string script, string file) =>
        new Tool("/usr/bin/python3", "-c", script, Path.Combine(cli.Folder, file)).RunCheckedAsync(
            "reading it",
            TestContext.Current.CancellationToken
        );
}
