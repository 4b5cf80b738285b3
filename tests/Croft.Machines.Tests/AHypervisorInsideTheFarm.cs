using System.Text.Json.Nodes;

namespace Croft.Machines.Tests;

/// <summary>
/// libvirt and QEMU in a machine. Emulation inside emulation takes ten minutes to an ssh login, so nobody waits for the guest inside;
/// <see cref="MachinesInsideAMachine"/> is about what is done with such guests.
/// </summary>
public sealed class AHypervisorInsideTheFarm : IAsyncLifetime
{
    readonly Lab lab = new("nested") { HasImageOfItsOwn = true };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task RunsAMachineAndTakesItAlongWhenItIsDestroyed()
    {
        Lab.OnlyWithAll();
        lab.Write(
            "farm.yaml",
            """
            farm: nested
            platforms:
              hv: { image: { build: mmdebstrap, suite: bookworm, flavour: systemd, packages: [ libvirt-daemon-system, qemu-system-x86, qemu-utils, dnsmasq-base, iptables ] } }
            vms:
              list:
                - { name: l1, platform: hv, vcpus: 2, memory: 1536MiB, disk: 6GiB }
                - { name: l2, platform: debian_12, memory: 256MiB, hypervisor: { machine: l1 }, wait: none }
            """
        );
        await lab.MustAsync(0, "up");
        var machines = JsonNode.Parse(await lab.SucceedsAsync("ls", "-o", "json"))!.AsArray();
        Assert.Equal(["l1 on local running", "l2 on l1 running"], machines.Select(m => $"{m!["name"]} on {m["hypervisor"]} {m["state"]}"));
        var inside = JsonNode.Parse(await lab.SucceedsAsync("hypervisors", "-o", "json"))![1]!;
        Assert.Equal(
            ("l1", true, 1280L << 20, "l2"),
            ((string?)inside["name"], (bool)inside["reachable"]!, (long)inside["memory"]!, (string?)inside["running"]![0])
        );
        Assert.Contains("Nothing to do: 2 of 2 machines run as declared.", (await lab.MustAsync(0, "up")).Error);
        Assert.Contains("With l1 goes what is in it: l2", (await lab.MustAsync(0, "destroy", "--yes")).Error);
        Assert.Empty(await lab.LeftoversAsync());
    }
}
