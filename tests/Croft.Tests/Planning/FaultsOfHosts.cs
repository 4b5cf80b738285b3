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
        Assert.Contains("root's alone", fault.Message, StringComparison.Ordinal);
        Assert.Contains("chgrp kvm /dev/kvm", fault.Hint, StringComparison.Ordinal);
    }
}
