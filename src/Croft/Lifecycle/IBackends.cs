using Croft.Engines;
using Croft.Guests;

namespace Croft.Lifecycle;

/// <summary>What machines are made of and reached by: hypervisors, guests, and the programs that make keys and seeds.</summary>
interface IBackends
{
    /// <summary>Connects to a hypervisor.</summary>
    /// <exception cref="CroftException">It does not answer.</exception>
    Task<IEngine> ConnectAsync(string name, string uri, Settings settings, TimeSpan within, CancellationToken cancel);

    /// <summary>The guest that is reached so on a hypervisor.</summary>
    IGuest GuestOf(string hypervisor, GuestAccess access, SshFiles files);

    /// <summary>The guest that an engine's own channel leads to.</summary>
    IGuest GuestOf(IGuestChannel channel, MachineId machine, GuestAccess access) => new ChannelGuest(channel, machine, access);

    /// <summary>The user's own key, made at first use. Returns the public line.</summary>
    Task<string> UserKeyAsync(string file, CancellationToken cancel);

    /// <summary>Makes a pair of keys for a guest.</summary>
    /// <param name="folder">A folder of the user's own, for the moment.</param>
    Task<KeyPair> MakeKeyAsync(string folder, CancellationToken cancel);
}
