using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Images;
using Croft.Journal;
using Croft.Planning;
using Croft.Snapshots;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>Turns a planned machine into a defined one: disks, seed, console, definition. Everything is journalled before it is created.</summary>
sealed class MachineMaker(Controller controller, Plan plan, IEngine engine, RunJournal journal, string owner, string userKey, DateTimeOffset began)
{
    static readonly TimeSpan ClaimPause = TimeSpan.FromMilliseconds(100);

    /// <summary>A younger machine leaves as soon as its controller looked; one whose controller was killed does not.</summary>
    static readonly TimeSpan ClaimTime = TimeSpan.FromSeconds(20);

    string Farm => controller.Farm.Name;

    IWorld World => controller.Surroundings.World;

    /// <summary>Makes a machine on fresh disks over its image, with a new host key. An older machine of the name must be off; its volumes are left for <see cref="SnapshotStore.TidyAsync"/>.</summary>
    public async Task<MachineDefinition> CreateAsync(PlannedMachine planned, StoredImage image, CancellationToken cancel)
    {
        var name = planned.Spec.Name;
        var hostKey = World.MakeKeyAsync(Path.Combine(controller.Farm.StateDirectory, "keys"), cancel);
        var present = await engine.ListVolumesAsync(cancel);
        var disks = ImmutableArray.CreateBuilder<DiskVolume>();
        disks.Add(new("root", Volumes.Disk(Farm, name, "root", Volumes.NextNumber(Farm, name, "root", present))));
        disks.AddRange(planned.Spec.Disks.Select(d => new DiskVolume(d.Name, Volumes.Disk(Farm, name, d.Name, Volumes.NextNumber(Farm, name, d.Name, present), d.Raw))));
        var nvram = planned.Spec.Firmware == Firmware.Uefi ? Volumes.Nvram(Farm, name, present) : null;
        foreach (var volume in disks.Select(d => d.Volume).Concat(nvram is null ? [] : [nvram]))
            journal.Intent("create", "volume", volume, engine.Name, name);
        var made = planned.Spec.Disks.Zip(disks.Skip(1), (disk, volume) => engine.CreateDiskAsync(volume.Volume, disk.Size, cancel))
            .Prepend(engine.CreateOverlayAsync(disks[0].Volume, Volumes.Image(image.Copy, image.Disk), planned.Spec.DiskSize, cancel))
            .Append(engine.CreateFileAsync(Volumes.Console(Farm, name), cancel))
            .Concat(nvram is null ? [] : [engine.CreateFileAsync(nvram, cancel)]).ToList<Task>();
        var keys = await hostKey;
        var seed = WriteSeedAsync(name, SeedOf(planned, keys), present, cancel);
        await Task.WhenAll(made.Append(seed));
        var definition = Define(planned, Record(planned, keys.Public, await seed, disks.ToImmutable(), nvram), image);
        await engine.ForgetTpmAsync(definition.DomainName, cancel);
        journal.Intent("create", "domain", definition.DomainName, engine.Name, name);
        await engine.ForgetForeignAsync(definition.DomainName, cancel);
        await DefineAsync(planned, definition, cancel);
        return definition;
    }

    /// <summary>Gives an existing machine that is off the hardware and the identity that is planned; its disks stay.</summary>
    public async Task<MachineDefinition> RedefineAsync(PlannedMachine planned, StoredImage image, CancellationToken cancel)
    {
        var record = planned.Existing!.Record!;
        var (hostKey, seed) = (record.HostKey, record.Seed);
        if (!record.Nics.Select(n => (n.Mac, n.Address)).SequenceEqual(planned.Nics.Select(n => (n.Mac, n.Address))))
        {
            var keys = await World.MakeKeyAsync(Path.Combine(controller.Farm.StateDirectory, "keys"), cancel);
            seed = await WriteSeedAsync(planned.Spec.Name, SeedOf(planned, keys), await engine.ListVolumesAsync(cancel), cancel);
            hostKey = keys.Public;
        }

        var definition = Define(planned, Record(planned, record with { HostKey = hostKey, Seed = seed }), image);
        await DefineAsync(planned, definition, cancel);
        return definition;
    }

    /// <summary>Defines a machine. One that is new or grows claims its room so, until it runs; without room, everything is again as it was before.</summary>
    /// <exception cref="NoRoomException">Another controller was first.</exception>
    async Task DefineAsync(PlannedMachine planned, MachineDefinition definition, CancellationToken cancel)
    {
        if (planned.Existing is { } existing && planned.Spec.Memory <= existing.Memory && planned.Spec.Vcpus <= existing.Vcpus)
        {
            await engine.DefineAsync(definition, cancel);
            return;
        }

        var before = planned.Existing is null ? null : await engine.DefinitionAsync(definition.DomainName, cancel);
        await engine.DefineAsync(definition with { Record = definition.Record with { Claims = began } }, cancel);
        var host = controller.Farm.Hypervisors.First(h => h.Name == engine.Name);
        var loss = "";
        var answer = await Poll.UntilAsync(
            async () =>
            {
                var state = await engine.ObserveRoomAsync(cancel);
                var claim = Claims.Of(planned.Uuid, host, state);
                loss = claim == Claim.Holds ? "" : Claims.Loss(planned.Spec, Farm, host, state);
                return claim == Claim.Waits ? null : loss;
            },
            ClaimPause, ClaimTime, controller.Surroundings.Clock, cancel);
        if (answer is "")
            return;
        if (before is null)
            await FarmDown.RemoveAsync(controller, engine.Name, definition.Record, CancellationToken.None);
        else
            await engine.RefitAsync(planned.Existing!.Record!, before, CancellationToken.None);
        throw new NoRoomException(loss);
    }

    /// <summary>The definition of a planned machine on given disks.</summary>
    public static MachineDefinition Define(PlannedMachine planned, MachineRecord record, StoredImage image) => new(
        record,
        planned.Uuid,
        planned.Spec,
        planned.VirtType!,
        (planned.Spec.Firmware == Firmware.Uefi ? image.EfiKernel : image.Kernel) is { } kernel
            ? new(Volumes.Image(image.Copy, kernel), Volumes.Image(image.Copy, image.Initrd!), image.KernelArguments!)
            : null,
        Volumes.Console(record.Farm, record.Name));

    /// <summary>The record of a planned machine that goes on with the host key and the volumes of another record.</summary>
    public MachineRecord Record(PlannedMachine planned, MachineRecord from) => Record(planned, from.HostKey, from.Seed, from.Disks, from.Nvram);

    MachineRecord Record(PlannedMachine planned, string hostKey, string seed, ImmutableArray<DiskVolume> disks, string? nvram) => new(
        Farm, owner, controller.Farm.Directory, planned.Spec.Name, planned.Spec.Platform, planned.Spec.Target, planned.Spec.User,
        planned.HardwareDigest, planned.DiskDigest, journal.Folder.Id, null, hostKey, seed, planned.Nics, disks, nvram)
    {
        Made = planned.Existing is { Record: { } before } ? before.Made : controller.Surroundings.Clock.GetUtcNow(),
    };

    /// <summary>
    /// Makes what a machine needs that continues in another one's memory: overlays on that one's frozen disks, a copy of
    /// its UEFI variables, a seed, a console. Its identity is new; the guest
    /// learns it from the seed's content, which is returned.
    /// </summary>
    public async Task<(MachineRecord Record, SeedContent Seed)> ForkAsync(PlannedMachine planned, Snapshot from, string? held, CancellationToken cancel)
    {
        var name = planned.Spec.Name;
        var hostKey = World.MakeKeyAsync(Path.Combine(controller.Farm.StateDirectory, "keys"), cancel);
        var present = await engine.ListVolumesAsync(cancel);
        var disks = ImmutableArray.CreateBuilder<DiskVolume>();
        foreach (var frozen in from.Record.Disks)
        {
            var disk = frozen with { Volume = Volumes.Disk(Farm, name, frozen.Disk, Volumes.NextNumber(Farm, name, frozen.Disk, present)) };
            journal.Intent("create", "volume", disk.Volume, engine.Name, name);
            await engine.CreateOverlayAsync(disk.Volume, frozen.Volume, null, cancel);
            disks.Add(disk);
        }

        var nvram = from.Record.Nvram is null ? null : Volumes.Nvram(Farm, name, present);
        if (nvram is not null)
        {
            journal.Intent("create", "volume", nvram, engine.Name, name);
            await engine.CopyNvramAsync(from.Record.Nvram!, nvram, cancel);
        }

        await engine.CreateFileAsync(Volumes.Console(Farm, name), cancel);
        var keys = await hostKey;
        var seed = SeedOf(planned, keys);
        var volume = await WriteSeedAsync(name, seed, present, cancel);
        journal.Intent("create", "domain", MachineDefinition.DomainNameOf(Farm, name), engine.Name, name);
        return (Record(planned, keys.Public, volume, disks.ToImmutable(), nvram) with { Held = held }, seed);
    }

    SeedContent SeedOf(PlannedMachine planned, KeyPair hostKey) => new(
        planned.Spec.Name,
        $"{Farm}-{planned.Spec.Name}-{journal.Folder.Id}",
        hostKey.Private,
        hostKey.Public,
        [userKey, .. controller.Farm.SshKeys],
        [.. planned.Nics.Select((nic, i) => SeedNicOf(nic, i))],
        [.. planned.Spec.Disks.Select(d => new SeedDisk(d.Name, d.Format, d.Mount))],
        planned.Spec.User);

    /// <summary>Writes a seed. Returns its volume.</summary>
    async Task<string> WriteSeedAsync(string name, SeedContent content, IEnumerable<string> present, CancellationToken cancel)
    {
        var volume = Volumes.Seed(Farm, name, Volumes.NextNumber(Farm, name, "seed", present));
        var file = Path.Combine(controller.Farm.StateDirectory, "keys", $"{name}-{Guid.NewGuid():n}.iso");
        try
        {
            await World.WriteSeedAsync(Seed.Build(content), file, cancel);
            journal.Intent("create", "volume", volume, engine.Name, name);
            await using var iso = File.OpenRead(file);
            await engine.UploadAsync(volume, iso, null, cancel);
            return volume;
        }
        finally
        {
            File.Delete(file);
        }
    }

    SeedNic SeedNicOf(Nic nic, int card)
    {
        var name = $"eth{card}";
        if (nic.Bridge is null || nic.Address is null)
            return new(nic.Mac, name);
        var network = plan.Networks.First(n => n.Hypervisor == engine.Name && n.Definition.Name == nic.Bridge).Definition;
        return new(nic.Mac, name, nic.Address, network.Cidr.PrefixLength, card == 0 && network.Nat ? network.Gateway : null, [network.Gateway], Farm);
    }
}
