using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Images;
using Croft.Journal;
using Croft.Planning;
using Croft.Snapshots;

namespace Croft.Lifecycle;

/// <summary>Turns a planned machine into a defined one: disks, seed, console, definition. Everything is journalled before it is created.</summary>
sealed class MachineMaker(OpenFarm openFarm, Plan plan, IEngine engine, RunJournal journal, string owner, string userKey, DateTimeOffset began)
{
    string Farm => openFarm.Farm.Name;

    IBackends Backends => openFarm.Settings.Backends;

    /// <summary>Makes a machine on fresh disks over its image, with a new host key. An older machine of the name must be off; its volumes are left for <see cref="SnapshotStore.TidyAsync"/>.</summary>
    public async Task<MachineDefinition> CreateAsync(PlannedMachine planned, StoredImage image, CancellationToken cancel)
    {
        var name = planned.Spec.Name;
        var hostKey = Backends.MakeKeyAsync(Path.Combine(openFarm.Farm.StateDirectory, "keys"), cancel);
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
        var definition = Define(planned, Record(planned, keys.Public, await seed, disks.ToImmutable(), nvram) with { Keys = Identity.KeysDigest(openFarm.Farm) }, image);
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
            var keys = await Backends.MakeKeyAsync(Path.Combine(openFarm.Farm.StateDirectory, "keys"), cancel);
            seed = await WriteSeedAsync(planned.Spec.Name, SeedOf(planned, keys), await engine.ListVolumesAsync(cancel), cancel);
            hostKey = keys.Public;
        }

        var definition = Define(planned, Record(planned, record with { HostKey = hostKey, Seed = seed }), image);
        await DefineAsync(planned, definition, cancel);
        return definition;
    }

    /// <summary>Defines a machine that is about to start: it claims its room so. Without room, everything is again as it was before.</summary>
    /// <exception cref="NoRoomException">Others were first.</exception>
    public Task DefineAsync(PlannedMachine planned, MachineDefinition definition, CancellationToken cancel) =>
        ClaimAsync(planned, definition.Record, record => engine.DefineAsync(definition with { Record = record }, cancel), cancel);

    /// <summary>The same for a machine that will continue in another one's memory.</summary>
    /// <param name="definition">The other one's.</param>
    /// <exception cref="NoRoomException">Others were first.</exception>
    public Task DefineForkAsync(PlannedMachine planned, MachineRecord record, string definition, CancellationToken cancel) =>
        ClaimAsync(planned, record, claiming => engine.DefineForkAsync(claiming, planned.Uuid, definition, cancel), cancel);

    async Task ClaimAsync(PlannedMachine planned, MachineRecord record, Func<MachineRecord, Task> define, CancellationToken cancel)
    {
        var before = planned.Existing is null ? null : await engine.DefinitionAsync(planned.Existing.Name, cancel);
        await new RoomClaim(openFarm, engine, began).TakeAsync(
            record,
            isFirst: before is null,
            define,
            () => before is null
                ? FarmDown.RemoveAsync(openFarm, engine.Name, record, CancellationToken.None)
                : engine.RefitAsync(planned.Existing!.Record!, before, CancellationToken.None),
            cancel);
    }

    /// <summary>Has a machine that starts as it is defined claim its room.</summary>
    /// <exception cref="NoRoomException">Others were first.</exception>
    public Task ClaimAsync(MachineRecord record, CancellationToken cancel) => new RoomClaim(openFarm, engine, began).TakeAsync(record, cancel);

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
    public MachineRecord Record(PlannedMachine planned, MachineRecord from) => Record(planned, from.HostKey, from.Seed, from.Disks, from.Nvram) with { Keys = from.Keys, HardwareVersion = from.HardwareVersion };

    MachineRecord Record(PlannedMachine planned, string hostKey, string seed, ImmutableArray<DiskVolume> disks, string? nvram) => new(
        Farm, owner, openFarm.Farm.Directory, planned.Spec.Name, planned.Spec.Platform, planned.Spec.Target, planned.Spec.User,
        planned.HardwareDigest, planned.DiskDigest, journal.Folder.Id, null, hostKey, seed, planned.Nics, disks, nvram)
    {
        HardwareVersion = MachineRecord.NewestHardware,
        Made = planned.Existing is { Record: { } before } ? before.Made : openFarm.Settings.Clock.GetUtcNow(),
    };

    /// <summary>
    /// Makes what a machine needs that continues in another one's memory: overlays on that one's frozen disks, a copy of
    /// its UEFI variables, a seed, a console. Its identity is new; the guest
    /// learns it from the seed's content, which is returned.
    /// </summary>
    public async Task<(MachineRecord Record, SeedContent Seed)> ForkAsync(PlannedMachine planned, Snapshot from, string? held, CancellationToken cancel)
    {
        var name = planned.Spec.Name;
        var hostKey = Backends.MakeKeyAsync(Path.Combine(openFarm.Farm.StateDirectory, "keys"), cancel);
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
        return (Record(planned, keys.Public, volume, disks.ToImmutable(), nvram) with { InUse = held, HardwareVersion = from.Record.HardwareVersion }, seed);
    }

    SeedContent SeedOf(PlannedMachine planned, KeyPair hostKey) => new(
        planned.Spec.Name,
        $"{Farm}-{planned.Spec.Name}-{journal.Folder.Id}",
        hostKey.Private,
        hostKey.Public,
        [userKey, .. openFarm.Farm.SshKeys],
        [.. planned.Nics.Select((nic, i) => SeedNicOf(nic, i))],
        [.. planned.Spec.Disks.Select(d => new SeedDisk(d.Name, d.Format, d.Mount))],
        planned.Spec.User);

    /// <summary>Writes a seed. Returns its volume.</summary>
    async Task<string> WriteSeedAsync(string name, SeedContent content, IEnumerable<string> present, CancellationToken cancel)
    {
        var volume = Volumes.Seed(Farm, name, Volumes.NextNumber(Farm, name, "seed", present));
        var file = Path.Combine(openFarm.Farm.StateDirectory, "keys", $"{name}-{Guid.NewGuid():n}.iso");
        try
        {
            await Backends.WriteSeedAsync(Seed.Build(content), file, cancel);
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
        return new(nic.Mac, name, nic.Address, network.Cidr.PrefixLength, card == 0 && network.Nat ? network.Gateway : null, [network.Gateway], network.Zone);
    }
}
