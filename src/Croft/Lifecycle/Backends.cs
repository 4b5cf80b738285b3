using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Engines.Lxd;
using Croft.Farms;
using Croft.Guests;
using Croft.Images;

namespace Croft.Lifecycle;

/// <summary>The real one: libvirt, LXD, OpenSSH, xorriso.</summary>
sealed class Backends : IBackends
{
    public async Task<IEngine> ConnectAsync(string name, string uri, Settings settings, TimeSpan within, CancellationToken cancel) =>
        HypervisorSpec.IsLxdUri(uri)
            ? await LxdEngine.ConnectAsync(name, new(uri, settings.LxdTrust), within, cancel)
            : new LibvirtEngine(await LibvirtHost.ConnectAsync(name, uri, settings.SessionPool, within, cancel), Seed.WriteIsoAsync);

    public IGuest GuestOf(string hypervisor, GuestAccess access, SshFiles files) => new Guest(access, files);

    public Task<string> UserKeyAsync(string file, CancellationToken cancel) => Keys.UserKeyAsync(file, cancel);

    public Task<KeyPair> MakeKeyAsync(string folder, CancellationToken cancel) => Keys.MakeAsync(folder, cancel);
}
