using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Guests;
using Croft.Images;

namespace Croft.Lifecycle;

/// <summary>The real one: libvirt, OpenSSH, xorriso.</summary>
sealed class Backends : IBackends
{
    /// <inheritdoc/>
    public async Task<IEngine> ConnectAsync(string name, string uri, string sessionPool, TimeSpan within, CancellationToken cancel) =>
        await LibvirtEngine.ConnectAsync(name, uri, sessionPool, within, cancel);

    /// <inheritdoc/>
    public IGuest GuestOf(string hypervisor, GuestAccess access, SshFiles files) => new Guest(access, files);

    /// <inheritdoc/>
    public Task<string> UserKeyAsync(string file, CancellationToken cancel) => Keys.UserKeyAsync(file, cancel);

    /// <inheritdoc/>
    public Task<KeyPair> MakeKeyAsync(string folder, CancellationToken cancel) => Keys.MakeAsync(folder, cancel);

    /// <inheritdoc/>
    public Task WriteSeedAsync(IReadOnlyDictionary<string, string> files, string path, CancellationToken cancel) => Seed.WriteIsoAsync(files, path, cancel);
}
