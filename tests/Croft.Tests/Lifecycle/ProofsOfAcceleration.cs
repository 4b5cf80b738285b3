using System.Collections.Immutable;
using Croft.Engines;
using Croft.Lifecycle;
using Croft.Tests.Images;

namespace Croft.Tests.Lifecycle;

public sealed class ProofsOfAcceleration : IDisposable
{
    static readonly HypervisorState Host = HypervisorState.Silent("local", "") with
    {
        Id = "host",
        VirtTypes = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("x86_64", ImmutableArray.Create("kvm", "qemu"))]),
    };

    readonly TempFolder folder = new();

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
        var proofs = new Proofs(folder["proofs"], hasKernel ? ["x86_64"] : []);
        if (worked is not null)
            proofs.Keep(Host, "x86_64", worked.Value ? TimeSpan.FromSeconds(1) : null);
        Assert.Equal(offered, string.Join(' ', proofs.Apply(Host).VirtTypes["x86_64"]));
        Assert.Equal(hasKernel && worked is null, proofs.Missing(Host).Any());
    }
}
