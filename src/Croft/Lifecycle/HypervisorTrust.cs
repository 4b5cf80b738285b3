using Croft.Engines.Lxd;
using Croft.Farms;

namespace Croft.Lifecycle;

/// <summary>Makes a hypervisor on another host and this user know each other.</summary>
public static class HypervisorTrust
{
    /// <summary>Takes a trust token of the hypervisor's.</summary>
    /// <param name="ask">For the token, once it is known that one is of use.</param>
    /// <returns>SHA-256 of the certificate that is believed from now on.</returns>
    /// <exception cref="CroftException">It takes none, or not this one.</exception>
    public static async Task<string> TakeAsync(
        Settings settings,
        HypervisorSpec hypervisor,
        Func<Task<string>> ask,
        CancellationToken cancel
    )
    {
        if (!hypervisor.IsLxd)
            throw CroftException.Usage(
                $"hypervisor \"{hypervisor.Name}\" ({hypervisor.Uri}) is libvirt, which takes no tokens",
                "ssh or libvirt's own certificates decide who may use it"
            );
        var address = new LxdAddress(hypervisor.Uri, settings.LxdTrust);
        address.RequireStranger(hypervisor.Name);
        return await address.TrustAsync(hypervisor.Name, await ask(), settings.Clock.GetUtcNow(), cancel);
    }
}
