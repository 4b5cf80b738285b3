using System.Collections.Immutable;
using Croft.Engines.Libvirt.States;
using Croft.Farms;
using Croft.Journal;

namespace Croft.Engines.Libvirt;

sealed partial class LibvirtEngine
{
    public async Task<MachineChange> CreateAsync(MachineDefinition machine, SeedFiles seed, RunJournal journal, CancellationToken cancel)
    {
        var (id, spec) = (machine.Record.Id, machine.Spec);
        var undoing = UndoAsync(machine.Record, cancel);
        var present = await host.ListVolumesAsync(cancel);
        ImmutableArray<DiskVolume> disks =
        [
            NextDisk(id, DiskVolume.Root, raw: false, present) with
            {
                Size = spec.DiskSize,
            },
            .. spec.Disks.Select(d => NextDisk(id, d, present)),
        ];
        var nvram = spec.Firmware == Firmware.Uefi ? Volumes.Nvram(id, present) : null;
        foreach (var volume in disks.Select(d => d.Volume).Append(nvram).OfType<string>())
            journal.Intent("create", "volume", volume, Name, id.Name);
        var made = spec
            .Disks.Zip(disks.Skip(1), (disk, volume) => host.CreateDiskAsync(volume.Volume, disk.Size, cancel))
            .Prepend(
                host.CreateOverlayAsync(
                    disks[0].Volume,
                    Volumes.Image(machine.Image.Copy, machine.Image.Disk),
                    Math.Max(spec.DiskSize ?? 0, machine.Image.DiskSize), // libvirt may not have looked at the image since it was sent
                    cancel
                )
            )
            .Append(host.CreateFileAsync(Volumes.Console(id), cancel))
            .Concat(nvram is null ? [] : [host.CreateFileAsync(nvram, cancel)])
            .ToList<Task>();
        var writing = WriteSeedAsync(id, seed, present, journal, cancel);
        await Task.WhenAll([.. made, writing, undoing]);
        var definition = machine with { Record = machine.Record with { Disks = disks, Nvram = nvram, Seed = await writing } };
        await host.ForgetTpmAsync(id.ToString(), cancel);
        journal.Intent("create", "domain", id.ToString(), Name, id.Name);
        await host.ForgetForeignAsync(id.ToString(), cancel);
        return await DefineAsync(definition, await undoing, cancel);
    }

    static DiskVolume NextDisk(MachineId id, DiskSpec disk, IEnumerable<string> present) =>
        NextDisk(id, disk.Name, disk.Raw, present) with
        {
            Size = disk.Size,
        };

    static DiskVolume NextDisk(MachineId id, string disk, bool raw, IEnumerable<string> present) =>
        new(disk, Volumes.Disk(id, disk, Volumes.NextNumber(id, disk, present), raw));

    public async Task<MachineChange> ChangeAsync(MachineDefinition machine, SeedFiles? seed, RunJournal journal, CancellationToken cancel)
    {
        var (id, record) = (machine.Record.Id, machine.Record);
        var undo = await UndoAsync(record, cancel);
        var present = await host.ListVolumesAsync(cancel);
        var grown = await GrowAsync(await PutBackAsync(record, machine.Spec, present, cancel), machine.Spec, journal, cancel);
        ImmutableArray<DiskSpec> added = [.. machine.Spec.Disks.Where(d => grown.All(there => there.Disk != d.Name))];
        ImmutableArray<DiskVolume> volumes = [.. added.Select(d => NextDisk(id, d, present))];
        foreach (var (disk, volume) in added.Zip(volumes))
        {
            journal.Intent("create", "volume", volume.Volume, Name, id.Name);
            await host.CreateDiskAsync(volume.Volume, disk.Size, cancel);
        }

        record = record with { Disks = [.. grown, .. volumes], Detached = [] }; // last, so that the others keep their names in the guest
        if (seed is not null)
            record = record with { Seed = await WriteSeedAsync(id, seed, present, journal, cancel) };
        else if (record.Seed.Length == 0 && Volumes.Seed(id, Volumes.LastNumber(id, Volumes.SeedName, present)) is var there)
            record = record with { Seed = present.Contains(there) ? there : "" }; // somebody took it out
        return await DefineAsync(machine with { Record = record }, UndoAllAsync, cancel);

        async Task UndoAllAsync()
        {
            await undo();
            foreach (var volume in volumes)
                await host.DeleteVolumeAsync(volume.Volume, CancellationToken.None);
        }
    }

    /// <summary>
    /// A machine's disks with those that were taken out of it, in the order of the farm file. A disk's newest volume is the one that the
    /// machine writes to, unless a snapshot keeps it; a disk without one is made anew.
    /// </summary>
    async Task<ImmutableArray<DiskVolume>> PutBackAsync(
        MachineRecord record,
        MachineSpec spec,
        IReadOnlyList<string> present,
        CancellationToken cancel
    )
    {
        if (record.Detached.IsEmpty)
            return record.Disks;
        var own = present.Where(v => v.StartsWith(Volumes.PrefixOf(record.Id), StringComparison.Ordinal)).ToList();
        var kept = await new LibvirtStates(this).AllAsync(own, cancel);
        var free = own.Except(kept.SelectMany(s => SnapshotTree.FilesOf(s))).ToList();
        var back = record.Detached.Select(disk => disk with { Volume = Newest(disk.Disk) }).Where(disk => free.Contains(disk.Volume));
        return [.. record.Disks.Concat(back).OrderBy(disk => PlaceOf(disk.Disk))];

        DiskSpec? Declared(string disk) => spec.Disks.FirstOrDefault(d => d.Name == disk);
        int PlaceOf(string disk) => Declared(disk) is { } declared ? spec.Disks.IndexOf(declared) : -1;
        string Newest(string disk) =>
            Volumes.Disk(record.Id, disk, Volumes.LastNumber(record.Id, disk, own), Declared(disk) is { Raw: true });
    }

    /// <summary>Makes disks as large as they are declared. Nobody makes them smaller again: what is undone is done again.</summary>
    async Task<ImmutableArray<DiskVolume>> GrowAsync(
        ImmutableArray<DiskVolume> disks,
        MachineSpec spec,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        ImmutableArray<DiskVolume> grown = [.. disks.Select(disk => disk.GrownTo(spec))];
        foreach (var disk in grown.Except(disks))
        {
            journal.Intent("grow", "volume", disk.Volume, Name, spec.Name);
            await host.GrowDiskAsync(disk.Volume, disk.Size!.Value, cancel);
        }

        return grown;
    }

    /// <summary>Defines a machine on the volumes of its record.</summary>
    public Task<MachineChange> DefineAsync(MachineDefinition machine, Func<Task> undo, CancellationToken cancel)
    {
        var (record, image) = (machine.Record, machine.Image);
        var boot = (machine.Spec.Firmware == Firmware.Uefi ? image.EfiKernel : image.Kernel) is { } kernel
            ? new KernelBoot(Volumes.Image(image.Copy, kernel), Volumes.Image(image.Copy, image.Initrd!), image.KernelArguments!)
            : null;
        return MachineChange.MakeAsync(
            record,
            () =>
                host.DefineAsync(
                    new(record, machine.Uuid, machine.Spec, machine.VirtType, boot, Volumes.Console(record.Id))
                    {
                        Disc = image.Disc is { } disc ? Volumes.Image(disc.Copy, disc.Disk) : null,
                    },
                    cancel
                ),
            undo
        );
    }

    /// <summary>
    /// What brings a machine's definition back as it is now; one that there is none of goes again, with all that was made for it.
    /// </summary>
    public async Task<Func<Task>> UndoAsync(MachineRecord record, CancellationToken cancel)
    {
        if (await FindAsync(record.Id, cancel) is not { } there)
            return () => RemoveAsync(record, CancellationToken.None);
        if (there.Record is not { } before)
            return () => Task.CompletedTask; // somebody else's
        var definition = await host.DefinitionAsync(there.Name, cancel);
        return () => host.RefitAsync(before, definition, CancellationToken.None);
    }

    /// <summary>Writes a seed. Returns its volume.</summary>
    public async Task<string> WriteSeedAsync(
        MachineId machine,
        SeedFiles seed,
        IEnumerable<string> present,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var volume = Volumes.Seed(machine, Volumes.NextNumber(machine, Volumes.SeedName, present));
        var file = Path.Combine(seed.Folder, $"{machine.Name}-{Guid.NewGuid():n}.iso");
        try
        {
            await writeSeed(seed.Files, file, cancel);
            journal.Intent("create", "volume", volume, Name, machine.Name);
            await using var iso = File.OpenRead(file);
            await host.UploadAsync(volume, iso, null, cancel);
            return volume;
        }
        finally
        {
            File.Delete(file);
        }
    }

    public async Task CopyDiskAsync(MachineRecord machine, string file, CancellationToken cancel)
    {
        var path = host.LocalPathOf(machine.Disks[0].Volume)
            ?? throw CroftException.Usage(
                $"the disk of machine \"{machine.Name}\" is on hypervisor \"{Name}\", not where this user may read it on this host",
                "run croft there"
            );
        if (await FindAsync(machine.Id, cancel) is { IsSaved: true } saved)
            throw Keepable.HalfOf(saved.Name);
        await new Tools.Tool("qemu-img", "convert", "-U", "-O", "qcow2", path, file).RunCheckedAsync(
            $"copying the disk of machine \"{machine.Name}\"",
            cancel
        );
    }

    public async Task ReleaseAsync(MachineRecord machine, CancellationToken cancel)
    {
        var networks = await host.ListNetworksAsync(cancel);
        foreach (var nic in machine.Nics.Where(n => n.Bridge is not null && n.Address is not null))
        {
            // libvirt finds an entry by the name alone, too: it may be another one by now
            if (networks.Any(n => n.Name == nic.Bridge && n.Reservations.Any(r => r.Host == machine.Name && r.Address.Equals(nic.Address))))
                await host.ReleaseAsync(nic.Bridge!, new(nic.Address!, nic.Mac, machine.Name), cancel);
        }

        var places = machine.Nics.Select(n => n.Address).ToHashSet();
        foreach (var network in networks.Where(n => n.Farm is not null))
        foreach (var name in network.Names.Where(n => n.Host == machine.Name && places.Contains(n.Address)))
            await host.ReleaseAsync(network.Name, name, cancel);
    }

    public async Task RemoveAsync(MachineRecord machine, CancellationToken cancel)
    {
        var before = await host.DiskFilesAsync(null, cancel);
        if (machine.Disks.Any(d => !before.Has(d.Volume)))
        {
            await host.LookAgainAsync(cancel); // virsh made it beside the pool
            before = await host.DiskFilesAsync(null, cancel);
        }

        await host.UndefineAsync(machine.Id.ToString(), cancel);
        await ReleaseAsync(machine, cancel);
        var users = await host.UsersAsync(cancel);
        var owners = users.SelectMany(u => u).Distinct().Select(name => name + ".").ToList();
        var used = users.SelectMany(u => before.Chain(u.Key)).ToHashSet(StringComparer.Ordinal);
        var own = before.Names.Where(n => n.StartsWith(Volumes.PrefixOf(machine.Id), StringComparison.Ordinal)).ToList();
        // With the machine goes what it stood on, when that was left by a machine that is gone already.
        var left = own.Where(Volumes.IsDisk)
            .SelectMany(before.Chain)
            .Where(n =>
                n.StartsWith(machine.Farm + ".", StringComparison.Ordinal) && !owners.Any(o => n.StartsWith(o, StringComparison.Ordinal))
            );
        foreach (var volume in own.Concat(left).Except(used).OrderByDescending(n => before.Chain(n).Count()).ToList())
        {
            if (!Volumes.IsDisk(volume) || !(await host.DiskFilesAsync(null, cancel)).On(volume).Any())
                await host.DeleteVolumeAsync(volume, cancel);
        }
    }

    public async Task<ImmutableArray<MachineFile>> FilesAsync(string farm, string? machine, CancellationToken cancel)
    {
        var prefix = machine is null ? farm + "." : Volumes.PrefixOf(new MachineId(farm, machine));
        var files = await host.DiskFilesAsync(prefix, cancel);
        return
        [
            .. from name in files.Names.Order(StringComparer.Ordinal)
            where name.StartsWith(prefix, StringComparison.Ordinal) && name.Split('.').Length > 2
            select new MachineFile(
                name.Split('.')[1],
                name,
                files.Size(name),
                Volumes.StateOf(name) is { IsUsers: false } state && state.Name.StartsWith("layer-", StringComparison.Ordinal)
            ),
        ];
    }

    public async Task<ILookup<string, string>> ClearAsync(string farm, string owner, CancellationToken cancel)
    {
        var files = await host.DiskFilesAsync(null, cancel);
        var users = await host.UsersAsync(cancel);
        var used = users
            .SelectMany(u => files.Chain(u.Key).Select(what => (What: what, By: u.First())))
            .ToLookup(u => u.What, u => u.By, StringComparer.Ordinal);
        var volumes = files.Names.Where(v => v.StartsWith(farm + ".", StringComparison.Ordinal)).ToList();
        foreach (var volume in volumes.Where(v => !used.Contains(v)))
            await host.DeleteVolumeAsync(volume, cancel);
        var networks = (await host.ListNetworksAsync(cancel)).Where(n => n.Farm == farm && n.Owner == owner).Select(n => n.Name).ToList();
        foreach (var network in networks.Where(n => !used.Contains(n)))
            await host.RemoveNetworkAsync(network, cancel);
        return volumes.Concat(networks).SelectMany(what => used[what], (what, by) => (what, by)).ToLookup(u => u.what, u => u.by);
    }
}
