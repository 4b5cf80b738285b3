using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Planning;

/// <summary>What makes every start slow on a host is named before anything starts there.</summary>
public sealed class FaultsOfHosts
{
    [Fact]
    public void AHealthyHostHasNone() =>
        Assert.Empty(HostFaults.Of(Lab.Host("local"), Reading.Farm("farm: f\nvms: { permutations: { platforms: [debian_13] } }")));

    [Fact]
    public void ANameThatDoesNotResolveIsNamedWithItsCure()
    {
        var fault = Assert.Single(
            HostFaults.Of(
                Lab.Host("local") with
                {
                    HostNameUnknown = "box",
                },
                Reading.Farm("farm: f\nvms: { permutations: { platforms: [debian_13] } }")
            )
        );
        Assert.Contains("\"box\"", fault.Message, StringComparison.Ordinal);
        Assert.Contains("/etc/hosts", fault.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void AKvmThatQemuMayNotOpenIsNamedWithItsCure()
    {
        var fault = Assert.Single(
            HostFaults.Of(
                Lab.Host("local") with
                {
                    KvmClosed = true,
                },
                Reading.Farm("farm: f\nvms: { permutations: { platforms: [debian_13] } }")
            )
        );
        Assert.Contains("closed to QEMU's user", fault.Message, StringComparison.Ordinal);
        Assert.Contains("chgrp kvm /dev/kvm", fault.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lxd://", "Incus 6.0.4", "declared as lxd://, and Incus 6.0.4 answers there")]
    [InlineData("incus:///x.socket", "LXD 5.0.2", "declared as incus://, and LXD 5.0.2 answers there")]
    [InlineData("incus://", "Incus 6.0.4", null)]
    [InlineData("qemu:///system", "libvirt 9.0.0", null)]
    public void AnotherServiceThanTheOneThatIsDeclaredIsSaid(string uri, string version, string? words)
    {
        var farm = Reading.Farm($"farm: f\nhypervisors: {{ c: {{ uri: \"{uri}\" }} }}\nvms: {{ list: [] }}");
        var faults = HostFaults.Of(Lab.Host("c") with { Version = version }, farm);
        Assert.Equal(words is null ? [] : [$"hypervisor \"c\" is {words}"], faults.Select(f => f.Message));
    }
}
