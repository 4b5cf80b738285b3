using System.Collections.Immutable;

namespace Croft.Engines.Libvirt;

/// <summary>
/// One hypervisor as libvirt offers it: domains, networks, and the volumes of Croft's pool. <see cref="LibvirtEngine"/> makes machines of these; the simulation has
/// them in memory.
/// </summary>
interface ILibvirtHost : IDisposable
{
    /// <summary>In the farm file.</summary>
    string Name { get; }

    /// <summary>Whether it is the calling user's own, without privilege: no networks of its own, user networking only.</summary>
    bool IsSession { get; }

    /// <summary>Whether the connection broke.</summary>
    bool IsLost { get; }

    /// <summary>Has a machine's signals heard, by all who want to.</summary>
    IDisposable Watch(string domain, Action<MachineSignal> signal);

    /// <summary>Asks for everything that planning needs to know of this hypervisor, all at once.</summary>
    /// <param name="firmwareFor">The architectures for which UEFI and TPMs are asked about, too, which takes longer.</param>
    Task<HypervisorState> ObserveAsync(ImmutableArray<string> firmwareFor, CancellationToken cancel);

    /// <summary>Asks only for what its room follows from: its size and its machines.</summary>
    Task<HypervisorState> ObserveRoomAsync(CancellationToken cancel);

    /// <summary>All machines of the hypervisor, Croft's and others.</summary>
    Task<ImmutableArray<MachineState>> ListMachinesAsync(CancellationToken cancel);

    /// <summary>All networks of the hypervisor.</summary>
    Task<ImmutableArray<NetworkState>> ListNetworksAsync(CancellationToken cancel);

    /// <summary>
    /// Proves that a virtualization type works by booting a kernel until it panics for want of an init; a device node that opens proves nothing.
    /// The machine is transient and leaves nothing behind.
    /// </summary>
    /// <param name="kernel">Volume of a Linux kernel for the architecture.</param>
    /// <returns>How long the kernel took; null when its machine was seen to end before that, or to say nothing at all.</returns>
    /// <exception cref="CroftException">It could not be tried to the end, which proves nothing.</exception>
    Task<TimeSpan?> ProveAsync(string arch, string virtType, string kernel, TimeProvider clock, CancellationToken cancel);

    /// <summary>Makes the machine's definition, or replaces it; does not start it.</summary>
    Task DefineAsync(DomainDefinition machine, CancellationToken cancel);

    /// <summary>Starts a defined machine.</summary>
    Task StartAsync(string domain, CancellationToken cancel);

    /// <summary>Asks the guest to shut down, by power button and agent.</summary>
    Task ShutdownAsync(string domain, CancellationToken cancel);

    /// <summary>Cuts the power; nothing happens when the machine is off. Its end has been signalled by then, so that nobody takes it for the end of what starts next.</summary>
    Task PowerOffAsync(string domain, CancellationToken cancel);

    /// <summary>Presses the reset button.</summary>
    Task ResetAsync(string domain, CancellationToken cancel);

    /// <summary>Stops the processors.</summary>
    Task PauseAsync(string domain, CancellationToken cancel);

    /// <summary>Lets the processors run again.</summary>
    Task ResumeAsync(string domain, CancellationToken cancel);

    /// <summary>Opens the serial console of a running machine, taking it from whoever has it.</summary>
    Task<Stream> OpenConsoleAsync(string domain, CancellationToken cancel);

    /// <summary>Removes a machine's definition, UEFI variables and TPM, switching it off first; its other volumes stay. Nothing happens when there is none.</summary>
    Task UndefineAsync(string domain, CancellationToken cancel);

    /// <summary>Writes Croft's record into a machine, running or not.</summary>
    Task WriteRecordAsync(MachineRecord record, CancellationToken cancel);

    /// <summary>Whether the guest's agent answers.</summary>
    Task<bool> HasAgentAsync(string domain, CancellationToken cancel);

    /// <summary>Defines a machine like another one, but with its own identity.</summary>
    /// <param name="record">The new machine's, with its disks, which exist.</param>
    /// <param name="definition">The other machine's definition.</param>
    Task DefineForkAsync(MachineRecord record, Guid uuid, string definition, CancellationToken cancel);

    /// <summary>
    /// Lets a machine that was defined like another one continue in a copy of that one's memory. The cables of its network cards are out before its
    /// guest goes on, which does not know yet that it is another.
    /// </summary>
    /// <param name="memory">The other machine's saved memory; it is only read.</param>
    /// <param name="copy">A volume for the copy, which is gone afterwards.</param>
    Task ForkAsync(MachineRecord record, Guid uuid, string memory, string copy, CancellationToken cancel);

    /// <summary>Plugs the network cables of a running machine in or out.</summary>
    Task PlugAsync(string domain, bool plugged, CancellationToken cancel);

    /// <summary>Runs a shell script in a guest by its agent, which may take a moment to answer. The script is not among the arguments of any process.</summary>
    /// <returns>Its exit code and what it wrote.</returns>
    Task<(int ExitCode, string Output)> RunByAgentAsync(string domain, string script, CancellationToken cancel);

    /// <summary>Copies UEFI variables, on the hypervisor itself, into a new volume.</summary>
    Task CopyNvramAsync(string from, string to, CancellationToken cancel);

    /// <summary>Refuses what could not be kept whole, before anything is touched.</summary>
    /// <param name="memory">Whether the memory is kept, too.</param>
    /// <param name="fork">Whether another machine is to go on from it.</param>
    /// <exception cref="CroftException">The machine's state cannot be kept so: says why.</exception>
    Task CheckKeepableAsync(string domain, bool memory, bool fork, CancellationToken cancel);

    /// <summary>Removes the definition of a machine that is off when it has a TPM, whose content would otherwise be that of the next machine of the name.</summary>
    Task ForgetTpmAsync(string domain, CancellationToken cancel);

    /// <summary>A machine, with the disks it stands on at this moment; null when there is none.</summary>
    Task<MachineState?> FindAsync(string domain, CancellationToken cancel);

    /// <summary>A machine's record.</summary>
    /// <exception cref="CroftException">There is no such machine of Croft's.</exception>
    async Task<MachineRecord> RecordAsync(string domain, CancellationToken cancel) =>
        (await FindAsync(domain, cancel))?.Record ?? throw CroftException.World($"hypervisor \"{Name}\" has no machine {domain} of Croft's", "croft ls shows what exists");

    /// <summary>A machine's definition as libvirt keeps it, as it would start.</summary>
    Task<string> DefinitionAsync(string domain, CancellationToken cancel);

    /// <summary>Puts a machine that is off on the disks and the seed of a record; the rest is as now, or as a definition of another time says.</summary>
    Task RefitAsync(MachineRecord record, string? definition, CancellationToken cancel);

    /// <summary>
    /// Freezes a running machine's disks: its present volumes are never written again, it goes on with the given empty overlays on them. With memory, that
    /// is saved at the same instant. An external snapshot without libvirt metadata (https://libvirt.org/formatsnapshot.html).
    /// </summary>
    /// <param name="overlays">For each disk in order, the volume it goes on with; made before.</param>
    /// <param name="memory">The volume that takes the memory, made before; null keeps disks only.</param>
    /// <param name="holdWrites">Have the guest's agent hold all writes at that instant. libvirt does it within the same call, so no guest stays held when this process dies.</param>
    Task FreezeAsync(string domain, IReadOnlyList<string> overlays, string? memory, bool holdWrites, CancellationToken cancel);

    /// <summary>Has the guest agent write everything out and hold all writes. A guest that is held already, by a controller that died, is released first.</summary>
    Task HoldWritesAsync(string domain, CancellationToken cancel);

    /// <summary>Lets the guest write again.</summary>
    Task ReleaseWritesAsync(string domain, CancellationToken cancel);

    /// <summary>Starts a machine that is off from saved memory, on the disks, seed, console and ports that it is defined with now.</summary>
    /// <param name="memory">Volume of the saved memory; it is only read.</param>
    Task RestoreAsync(MachineRecord record, string memory, CancellationToken cancel);

    /// <summary>For every volume that a running machine writes to, the machine's name here.</summary>
    Task<IReadOnlyDictionary<string, string>> WritersAsync(CancellationToken cancel);

    /// <summary>Copies what a disk of a running machine stands on into the disk that it writes to, down to <paramref name="onto"/>, on which that stands afterwards. All of it is on the disk then.</summary>
    /// <param name="volume">What it writes to.</param>
    /// <param name="onto">Null lets it stand alone.</param>
    Task PullAsync(string domain, string volume, string? onto, CancellationToken cancel);

    /// <summary>The snapshots that others made of a machine, parents first; none where there is no machine.</summary>
    Task<ImmutableArray<ForeignSnapshot>> ForeignSnapshotsAsync(string domain, CancellationToken cancel);

    /// <summary>Puts a machine back to a snapshot that somebody else made; it runs afterwards if that holds memory.</summary>
    Task RevertAsync(string domain, string snapshot, CancellationToken cancel);

    /// <summary>Deletes a snapshot that somebody else made, with what it keeps inside the machine's disks.</summary>
    Task DeleteForeignAsync(string domain, string snapshot, CancellationToken cancel);

    /// <summary>Has libvirt forget the snapshots that others made of a machine which is made anew: the disks that they are in go.</summary>
    Task ForgetForeignAsync(string domain, CancellationToken cancel);

    /// <summary>Has virsh show one of Croft's snapshots.</summary>
    /// <param name="definition">The machine's.</param>
    Task ShowAsync(string domain, ShownSnapshot snapshot, string definition, CancellationToken cancel);

    /// <summary>Has virsh show these of Croft's snapshots and no others.</summary>
    Task ShowOnlyAsync(string domain, IReadOnlyCollection<ShownSnapshot> snapshots, CancellationToken cancel);

    /// <summary>Makes a network when there is none of its name, and starts it. True when it was made here.</summary>
    Task<bool> EnsureNetworkAsync(NetworkDefinition network, CancellationToken cancel);

    /// <summary>
    /// Promises an address to a MAC: the host entry in the network's stored definition, which is refused when MAC, name or address is taken.
    /// The running network learns it by <see cref="PublishAsync"/>.
    /// </summary>
    /// <returns>False when it is taken.</returns>
    Task<bool> ReserveAsync(string network, Reservation reservation, bool dhcp, CancellationToken cancel);

    /// <summary>Tells the running network of a reserved address. It takes a moment (libvirt reloads its packet filter: 0.4 s measured), so this is done while guests boot.</summary>
    Task PublishAsync(string network, Reservation reservation, bool dhcp, CancellationToken cancel);

    /// <summary>Gives an address back, stored and running. Nothing happens when it or the network is gone.</summary>
    Task ReleaseAsync(string network, Reservation reservation, CancellationToken cancel);

    /// <summary>Removes a network; nothing happens when it is gone.</summary>
    Task RemoveNetworkAsync(string network, CancellationToken cancel);

    /// <summary>Makes an overlay on another volume of the pool.</summary>
    /// <param name="size">Bytes the guest sees; null is the backing volume's own.</param>
    /// <returns>False when a volume of that name exists; it is then left alone.</returns>
    Task<bool> CreateOverlayAsync(string name, string backing, long? size, CancellationToken cancel);

    /// <summary>Makes an empty disk. False when a volume of that name exists.</summary>
    Task<bool> CreateDiskAsync(string name, long size, CancellationToken cancel);

    /// <summary>Makes an empty file that libvirt or QEMU writes to. False when a volume of that name exists.</summary>
    Task<bool> CreateFileAsync(string name, CancellationToken cancel);

    /// <summary>Makes a file of so many zeros. False when a volume of that name exists.</summary>
    Task<bool> CreateFileAsync(string name, long size, CancellationToken cancel);

    /// <summary>Puts a file into the pool. False when a volume of that name exists.</summary>
    /// <param name="progress">Bytes sent so far.</param>
    Task<bool> UploadAsync(string name, Stream content, IProgress<long>? progress, CancellationToken cancel);

    /// <summary>Writes a file over what is in a volume. False when there is none of that name, any more.</summary>
    /// <param name="progress">Bytes sent so far.</param>
    Task<bool> OverwriteAsync(string name, Stream content, IProgress<long>? progress, CancellationToken cancel);

    /// <summary>Reads a volume from an offset to its end; null when there is none of that name.</summary>
    /// <param name="offset">A negative one counts from the end.</param>
    Task<byte[]?> DownloadAsync(string name, long offset, CancellationToken cancel);

    /// <summary>Whether a volume of that name exists.</summary>
    Task<bool> PoolHasAsync(string name, CancellationToken cancel);

    /// <summary>Names of all volumes of the pool.</summary>
    Task<IReadOnlyList<string>> ListVolumesAsync(CancellationToken cancel);

    /// <summary>Files of the pool and networks that definitions of machines name, stored or running, Croft's and others.</summary>
    Task<ImmutableHashSet<string>> UsedAsync(CancellationToken cancel);

    /// <summary>All files of the pool, and what stands on what, as the files themselves say it.</summary>
    /// <param name="sized">
    /// What the names of files begin with of which it must be known how large they are and when they were written to; null for none. It is one call for each; disks,
    /// which may stand on others, are asked in any case.
    /// </param>
    Task<DiskFiles> DiskFilesAsync(string? sized, CancellationToken cancel);

    /// <summary>Has libvirt look at the pool's files again: something else than libvirt changed one.</summary>
    Task LookAgainAsync(CancellationToken cancel);

    /// <summary>A volume's path when the hypervisor is this host and this user may open the file; null otherwise.</summary>
    string? LocalPathOf(string volume);

    /// <summary>Removes a volume; true when it was there.</summary>
    Task<bool> DeleteVolumeAsync(string name, CancellationToken cancel);
}
