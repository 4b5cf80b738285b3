using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Guests;
using Croft.Lifecycle;

namespace Croft.Testing;

/// <summary>
/// Machines that exist in memory only: whole farms go over them without libvirt, ssh or any other program. See <see cref="Simulation"/>.
/// </summary>
sealed class SimulatedBackends(Simulation simulation) : IBackends
{
    readonly Dictionary<string, (SimulatedMachine Machine, int Life)> connections = new(StringComparer.Ordinal);
    int keys;

    public async Task<IEngine> ConnectAsync(string name, string uri, Settings settings, TimeSpan within, CancellationToken cancel) =>
        new LibvirtEngine(await simulation.ConnectAsync(name, within, cancel), WriteSeedAsync);

    public IGuest GuestOf(string hypervisor, GuestAccess access, SshFiles files) =>
        new SimulatedGuest(simulation, simulation.Hosts[hypervisor], access, connections);

    public Task<string> UserKeyAsync(string file, CancellationToken cancel) => Task.FromResult("ssh-ed25519 AAAAuseruseruseruser");

    public Task<KeyPair> MakeKeyAsync(string folder, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        return Task.FromResult(
            new KeyPair(
                "-----BEGIN OPENSSH PRIVATE KEY-----\nsimulated\n-----END OPENSSH PRIVATE KEY-----\n",
                $"ssh-ed25519 AAAA{++keys:D12}"
            )
        );
    }

    /// <summary>Just the texts, one after the other.</summary>
    static Task WriteSeedAsync(IReadOnlyDictionary<string, string> files, string path, CancellationToken cancel) =>
        File.WriteAllTextAsync(path, string.Concat(files.Values), cancel);
}
