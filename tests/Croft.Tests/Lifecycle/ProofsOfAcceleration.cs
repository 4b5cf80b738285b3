using System.Collections.Immutable;
using Croft.Engines;
using Croft.Lifecycle;
using Croft.Tests.Farms;
using Croft.Tests.Images;

namespace Croft.Tests.Lifecycle;

public sealed class ProofsOfAcceleration : IDisposable
{
    static readonly HypervisorState Host = HypervisorState.Silent("local", "") with
    {
        Id = "host",
        VirtTypes = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("x86_64", ImmutableArray.Create("kvm", "qemu"))]),
    };

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true, null, "qemu")]
    [InlineData(false, null, "kvm qemu")]
    [InlineData(true, true, "kvm qemu")]
    [InlineData(false, true, "kvm qemu")]
    [InlineData(true, false, "qemu")]
    [InlineData(false, false, "qemu")]
    public void DecideForEveryFarmAndWithoutOneAFarmWithoutAKernelBelieves(bool hasKernel, bool? worked, string offered)
    {
        var proofs = new Proofs(folder["proofs"], TimeProvider.System, hasKernel ? ["x86_64"] : []);
        if (worked is not null)
            proofs.Keep(Host, "x86_64", "kvm", worked.Value ? TimeSpan.FromSeconds(1) : null);
        Assert.Equal(offered, string.Join(' ', proofs.Apply(Host).VirtTypes["x86_64"]));
        Assert.Equal(hasKernel && worked is null, proofs.Missing(Host, "kvm").Any());
    }

    /// <summary>A disk that was full, or a program that was killed, may leave one.</summary>
    [Fact]
    public void AreMadeAgainWhereTheirFileIsEmpty()
    {
        var proofs = new Proofs(folder["proofs"], TimeProvider.System, ["x86_64"]);
        proofs.Keep(Host, "x86_64", "kvm", null);
        Assert.Empty(proofs.Missing(Host, "kvm"));
        File.WriteAllText(Assert.Single(Directory.GetFiles(folder["proofs"])), "");
        Assert.Equal(["x86_64"], proofs.Missing(Host, "kvm"));
    }

    [Theory]
    [InlineData("image: debian_12", 1)]
    [InlineData("image: { name: debian_12, steps: [ { customise: { root_password: x } } ] }", 1)]
    [InlineData("image: u24.04", 0)]
    [InlineData("runtime: container", 0)]
    public void NeedAKernelThatAnImageBrings(string keys, int kernels) =>
        Assert.Equal(
            kernels,
            OpenFarm.Kernels(Reading.Farm($"farm: f\nvms: {{ list: [ {{ platform: debian_13, target: amd64, {keys} }} ] }}")).Count()
        );

    [Theory]
    [InlineData(null, 5)] // nobody measured
    [InlineData(3.2, 8)]
    [InlineData(0.1, 3)]
    [InlineData(600.0, 10)]
    public void TellHowSlowEmulationIsWithinBounds(double? seconds, double slowness)
    {
        var proofs = new Proofs(folder["proofs"], TimeProvider.System, ["x86_64"]);
        Assert.Equal(["x86_64"], proofs.Missing(Host, "qemu"));
        if (seconds is { } took)
            proofs.Keep(Host, "x86_64", "qemu", TimeSpan.FromSeconds(took));
        var known = proofs.Apply(Host);
        Assert.Equal(
            (slowness, 1, 5),
            (known.SlownessOf("x86_64", "qemu"), known.SlownessOf("x86_64", "kvm"), known.SlownessOf("aarch64", "qemu"))
        );
        Assert.Equal(seconds is null, proofs.Missing(Host, "qemu").Any());
    }

    [Fact]
    public void FailedProofIsMadeAgainTheNextDay()
    {
        var proofs = new Proofs(folder["proofs"], TimeProvider.System, ["x86_64"]);
        proofs.Keep(Host, "x86_64", "kvm", null);
        Assert.Empty(proofs.Missing(Host, "kvm"));
        File.SetLastWriteTimeUtc(Directory.GetFiles(folder["proofs"]).Single(), DateTime.UtcNow.AddHours(-25));
        Assert.Equal(["x86_64"], proofs.Missing(Host, "kvm"));
        Assert.DoesNotContain("kvm", proofs.Apply(Host).VirtTypes["x86_64"]);
    }

    [Fact]
    public void FailedMeasurementIsNotRepeatedAndLeavesTheUsualFactor()
    {
        var proofs = new Proofs(folder["proofs"], TimeProvider.System, ["x86_64"]);
        proofs.Keep(Host, "x86_64", "qemu", null);
        Assert.Empty(proofs.Missing(Host, "qemu"));
        Assert.Equal(5, proofs.Apply(Host).SlownessOf("x86_64", "qemu"));
        Assert.Contains("qemu", proofs.Apply(Host).VirtTypes["x86_64"]);
    }
}
