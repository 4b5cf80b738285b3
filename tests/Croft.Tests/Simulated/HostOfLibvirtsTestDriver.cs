using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Libvirt;

namespace Croft.Tests.Simulated;

[Collection(nameof(Apart))]
public sealed class HostOfLibvirtsTestDriver : LibvirtHostContract
{
    /// <summary>It says of a volume that is there only that something failed, and undefines without flags only.</summary>
    static readonly string[] Beyond = [nameof(MakesAVolumeOnce), nameof(RemovesAMachineThatRuns)];

    protected override string VirtType => "test";

    private protected override async Task OnAsync(Func<ILibvirtHost, Task> use)
    {
        using var host = await LibvirtHost.ConnectAsync("h", "test:///default", "/croft", TimeSpan.FromSeconds(10), CancellationToken.None);
        try
        {
            await use(host);
        }
        catch (CroftException e)
            when (e.InnerException is LibvirtException inner && Beyond.Contains(TestContext.Current.TestMethod?.MethodName))
        {
            Assert.Skip($"libvirt's test driver cannot do it: {inner.Message}");
        }
    }

    [Fact]
    public async Task ProvesNothingByWhatItCannotTry()
    {
        using var host = await LibvirtHost.ConnectAsync("h", "test:///default", "/croft", TimeSpan.FromSeconds(10), CancellationToken.None);
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            host.ProveAsync("x86_64", "kvm", "no-kernel", TimeProvider.System, TestContext.Current.CancellationToken)
        );
        Assert.Contains("starting the proof of kvm on hypervisor \"h\"", error.Message);
        Assert.DoesNotContain(await host.ListVolumesAsync(CancellationToken.None), v => v.Contains("proof", StringComparison.Ordinal));
    }
}
