using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Croft.Engines.Libvirt;

/// <summary>
/// One hypervisor as libvirt offers it: domains by their names, networks, and the volumes of Croft's pool. <see cref="LibvirtEngine"/>
/// makes machines of these; the
/// simulation has them in memory. What is here as in <see cref="IEngine"/> is explained there. Who makes a thing of a name that is taken
/// hears false; removing what
/// is not there does nothing.
/// </summary>
interface ILibvirtHost : IDisposable
{
    string Name { get; }

    /// <summary>Whether it is the calling user's own, without privilege.</summary>
    bool IsSession { get; }

    bool IsLost { get; }

    /// <summary>Whether all networks are switches of the user's.</summary>
    bool HasSwitches => false;

    /// <summary>Whether Croft can start switches beside other networks.</summary>
    bool StartsSwitches => false;

    /// <summary>Why it can make no networks as switches, to be said after its name, with the cure; null when it can.</summary>
    (string What, string Cure)? NetworkLack => null;

    Task<IDisposable> WatchAsync(string domain, Action<MachineSignal> signal, CancellationToken cancel);

    Task<HypervisorState> ObserveAsync(ImmutableArray<string> firmwareFor, CancellationToken cancel);

    Task<HypervisorState> ObserveRoomAsync(CancellationToken cancel);

    Task<MachineRecord> SeeAsync(MachineRecord machine, CancellationToken cancel) => Task.FromResult(machine);

    Task<ImmutableArray<MachineState>> ListMachinesAsync(CancellationToken cancel);

    Task<ImmutableArray<NetworkState>> ListNetworksAsync(CancellationToken cancel);

    /// <param name="kernel">Volume.</param>
    Task<TimeSpan?> ProveAsync(string arch, string virtType, string kernel, TimeProvider clock, CancellationToken cancel);

    /// <summary>A machine, with the disks it stands on at this moment.</summary>
    Task<MachineState?> FindAsync(string domain, CancellationToken cancel);

    async Task<MachineRecord> RecordAsync(string domain, CancellationToken cancel) =>
        (await FindAsync(domain, cancel))?.Record
        ?? throw CroftException.World($"hypervisor \"{Name}\" has no machine {domain} of Croft's", "croft ls shows what exists");

    /// <summary>As libvirt keeps it, as it would start.</summary>
    Task<string> DefinitionAsync(string domain, CancellationToken cancel);

    /// <summary>Makes a definition, or replaces it.</summary>
    Task DefineAsync(DomainDefinition machine, CancellationToken cancel);

    /// <summary>
    /// Puts a machine that is off on the disks and the seed of a record; the rest is as now, or as a definition of another time says.
    /// </summary>
    Task RefitAsync(MachineRecord record, string? definition, CancellationToken cancel);

    Task WriteRecordAsync(MachineRecord record, CancellationToken cancel);

    /// <summary>Removes a definition, UEFI variables and TPM, switching the machine off first; its other volumes stay.</summary>
    Task UndefineAsync(string domain, CancellationToken cancel);

    Task StartAsync(string domain, CancellationToken cancel);

    Task ShutdownAsync(string domain, CancellationToken cancel);

    Task PowerOffAsync(string domain, CancellationToken cancel);

    Task ResetAsync(string domain, CancellationToken cancel);

    Task PauseAsync(string domain, CancellationToken cancel);

    Task ResumeAsync(string domain, CancellationToken cancel);

    Task<Stream> OpenConsoleAsync(string domain, CancellationToken cancel);

    /// <summary>Opens the spare channel, which a guest without agent may listen at.</summary>
    Task<Stream> OpenSpareAsync(string domain, CancellationToken cancel);

    /// <summary>Whether the guest's agent answers.</summary>
    Task<bool> HasAgentAsync(string domain, CancellationToken cancel);

    Task<(int ExitCode, string Output)> RunByAgentAsync(string domain, string script, CancellationToken cancel);

    /// <summary>
    /// Has the agent write everything out and hold all writes. A guest that is held already, by a controller that died, is released first.
    /// </summary>
    Task HoldWritesAsync(string domain, CancellationToken cancel);

    Task ReleaseWritesAsync(string domain, CancellationToken cancel);

    Task PlugAsync(string domain, bool plugged, CancellationToken cancel);

    Task CheckKeepableAsync(string domain, bool memory, bool fork, CancellationToken cancel);

    /// <summary>
    /// Removes the definition of a machine that is off when it has a TPM, whose content would otherwise be that of the next machine of the
    /// name.
    /// </summary>
    Task ForgetTpmAsync(string domain, CancellationToken cancel);

    /// <summary>
    /// Freezes a running machine's disks: its present volumes are never written again. With memory, that is saved at the same instant. An
    /// external snapshot without
    /// libvirt metadata (https://libvirt.org/formatsnapshot.html).
    /// </summary>
    /// <param name="overlays">For each disk in order, the volume it goes on with; made before.</param>
    /// <param name="memory">The volume that takes the memory, made before; null keeps disks only.</param>
    /// <param name="holdWrites">By the agent, within the same call: no guest stays held when this process dies.</param>
    Task FreezeAsync(string domain, IReadOnlyList<string> overlays, string? memory, bool holdWrites, CancellationToken cancel);

    /// <summary>
    /// Starts a machine from saved memory, which is only read, on the disks, seed, console and ports that it is defined with now.
    /// </summary>
    Task RestoreAsync(MachineRecord record, string memory, CancellationToken cancel);

    /// <summary>Defines a machine like another one's definition, but with its own identity and disks.</summary>
    Task DefineForkAsync(MachineRecord record, Guid uuid, string definition, CancellationToken cancel);

    /// <summary>
    /// Starts a fork from a copy of the other one's memory. Its cables are out before its guest goes on, which does not know yet that it is
    /// another.
    /// </summary>
    /// <param name="copy">A volume for the copy, which is gone afterwards.</param>
    Task ForkAsync(MachineRecord record, Guid uuid, string memory, string copy, CancellationToken cancel);

    /// <summary>For every volume that a running machine writes to, the machine's name here.</summary>
    Task<IReadOnlyDictionary<string, string>> WritersAsync(CancellationToken cancel);

    /// <summary>Copies what a running machine's disk stands on into the volume that it writes to; all of it is on the disk then.</summary>
    /// <param name="onto">What the disk stands on afterwards; null lets it stand alone.</param>
    Task PullAsync(string domain, string volume, string? onto, CancellationToken cancel);

    /// <summary>The snapshots that others made of a machine, parents first.</summary>
    Task<ImmutableArray<ForeignSnapshot>> ForeignSnapshotsAsync(string domain, CancellationToken cancel);

    /// <summary>Puts a machine back to one of these; it runs afterwards if that holds memory.</summary>
    Task RevertAsync(string domain, string snapshot, CancellationToken cancel);

    Task DeleteForeignAsync(string domain, string snapshot, CancellationToken cancel);

    /// <summary>Has libvirt forget all of these: the disks that they are in go.</summary>
    Task ForgetForeignAsync(string domain, CancellationToken cancel);

    /// <summary>Has virsh show one of Croft's snapshots.</summary>
    Task ShowAsync(string domain, ShownSnapshot snapshot, string definition, CancellationToken cancel);

    /// <summary>Has virsh show these and no others.</summary>
    Task ShowOnlyAsync(string domain, IReadOnlyCollection<ShownSnapshot> snapshots, CancellationToken cancel);

    /// <summary>Makes and starts a network.</summary>
    Task<bool> EnsureNetworkAsync(NetworkDefinition network, CancellationToken cancel);

    /// <summary>Has what answers DHCP and names on a network that runs started again.</summary>
    Task WakeAsync(string network, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>Makes and starts a network of others', where it is missing or off.</summary>
    Task DefineNetworkAsync(string network, string definition, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>
    /// Promises an address by a host entry in the network's stored definition, which is refused when MAC, name or address is taken.
    /// </summary>
    Task<bool> ReserveAsync(string network, Reservation reservation, bool dhcp, CancellationToken cancel);

    /// <summary>Tells the running network of it. libvirt reloads its packet filter then: 0.4 s measured.</summary>
    Task PublishAsync(string network, Reservation reservation, bool dhcp, CancellationToken cancel);

    Task ReleaseAsync(string network, Reservation reservation, CancellationToken cancel);

    Task RemoveNetworkAsync(string network, CancellationToken cancel);

    /// <param name="size">Bytes the guest sees; null is the backing volume's own.</param>
    Task<bool> CreateOverlayAsync(string name, string backing, long? size, CancellationToken cancel);

    Task<bool> CreateDiskAsync(string name, long size, CancellationToken cancel);

    /// <summary>Makes a disk that nobody writes to larger; one that is so large stays.</summary>
    Task GrowDiskAsync(string name, long size, CancellationToken cancel);

    Task<bool> CreateFileAsync(string name, CancellationToken cancel) => CreateFileAsync(name, 0, cancel);

    /// <summary>Makes a file of so many zeros.</summary>
    Task<bool> CreateFileAsync(string name, long size, CancellationToken cancel);

    Task<bool> UploadAsync(string name, Stream content, IProgress<long>? progress, CancellationToken cancel);

    /// <summary>Before so many bytes are sent: libvirt 11 ends when there is no room for what it is sent.</summary>
    /// <exception cref="CroftException">The pool has less.</exception>
    Task RequireRoomAsync(string name, long size, CancellationToken cancel);

    /// <summary>Writes over what is in a volume. False when there is none of that name, any more.</summary>
    Task<bool> OverwriteAsync(string name, Stream content, IProgress<long>? progress, CancellationToken cancel);

    /// <summary>Reads a volume to its end; null when there is none.</summary>
    /// <param name="offset">A negative one counts from the end.</param>
    Task<byte[]?> DownloadAsync(string name, long offset, CancellationToken cancel);

    /// <summary>Copies UEFI variables, on the hypervisor itself.</summary>
    Task CopyNvramAsync(string from, string to, CancellationToken cancel);

    Task<bool> DeleteVolumeAsync(string name, CancellationToken cancel);

    Task<IReadOnlyList<string>> ListVolumesAsync(CancellationToken cancel);

    /// <summary>All volumes, and what stands on what, as the files themselves say it.</summary>
    /// <param name="sized">
    /// What the names begin with of those whose size and age must be known; null for none. It is one call for each; disks, which may stand
    /// on others, are asked in
    /// any case.
    /// </param>
    Task<DiskFiles> DiskFilesAsync(string? sized, CancellationToken cancel);

    /// <summary>Files of the pool and networks that definitions name, stored or running, each with those machines.</summary>
    Task<ILookup<string, string>> UsersAsync(CancellationToken cancel);

    /// <summary>Has libvirt look at the pool's files again: something else changed one.</summary>
    Task LookAgainAsync(CancellationToken cancel);

    /// <summary>A volume's path when the hypervisor is this host and this user may open the file.</summary>
    string? LocalPathOf(string volume);

    /// <summary>Asks QEMU's guest agent in its JSON; returns what it returns.</summary>
    /// <param name="seconds">How long it may take.</param>
    Task<JsonNode> AskAgentAsync(string domain, string question, int seconds, CancellationToken cancel) =>
        throw CroftException.World($"the guest agent of {domain} {IGuestAgent.Absent}");
}
