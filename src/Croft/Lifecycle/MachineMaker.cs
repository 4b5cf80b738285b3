using System.Collections.Immutable;
using System.Net;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Images;
using Croft.Journal;
using Croft.Planning;

namespace Croft.Lifecycle;

/// <summary>
/// Turns a planned machine into a defined one, which claims its room: it is about to start. Without room, everything is again as it was
/// before.
/// </summary>
/// <exception cref="NoRoomException">Others were first.</exception>
sealed class MachineMaker(
    OpenFarm openFarm,
    Plan plan,
    IEngine engine,
    RunJournal journal,
    string owner,
    string userKey,
    DateTimeOffset began
)
{
    string Keys => Path.Combine(openFarm.Farm.StateDirectory, "keys");

    /// <summary>Makes a machine on fresh disks over its image, with a new host key. An older machine of the name must be off.</summary>
    public async Task<MachineRecord> CreateAsync(PlannedMachine planned, ImageFiles image, CancellationToken cancel)
    {
        var keys = await MakeKeyAsync(cancel);
        var record = Record(planned, null, planned.Spec.Login.HasOwnHostKey ? "" : keys.Public) with
        {
            Keys = Identity.KeysDigest(openFarm.Farm),
        };
        return await ClaimAsync(
            planned,
            record,
            async claiming =>
                await engine.CreateAsync(
                    Define(planned, claiming, image),
                    FilesOf(planned, await SeedOfAsync(planned, keys, cancel)),
                    journal,
                    cancel
                ),
            cancel
        );
    }

    /// <summary>Gives an existing machine that is off the hardware and the identity that is planned; its disks stay.</summary>
    public async Task<MachineRecord> ChangeAsync(PlannedMachine planned, ImageFiles image, CancellationToken cancel)
    {
        var before = planned.Existing!.Record!;
        var isSame =
            planned.Spec.Disks.All(disk => before.AllDisks.Any(there => there.Disk == disk.Name)) // a new seed has file systems made
            && planned.Existing.Lost.IsEmpty
            && before.Nics.Select(n => (n.Mac, n.Address)).SequenceEqual(planned.Nics.Select(n => (n.Mac, n.Address)))
            && !plan.Networks.Any(n => n.Change is not null && planned.Nics.Any(nic => nic.Bridge == n.Definition.Name));
        var keys = isSame ? null : await MakeKeyAsync(cancel);
        return await ClaimAsync(
            planned,
            Record(planned, before, planned.Spec.Login.HasOwnHostKey ? before.HostKey : keys?.Public ?? before.HostKey),
            async claiming =>
                await engine.ChangeAsync(
                    Define(planned, claiming, image),
                    keys is null ? null : FilesOf(planned, await SeedOfAsync(planned, keys, cancel)),
                    journal,
                    cancel
                ),
            cancel
        );
    }

    /// <summary>Puts a machine that is off on a state of its own, with the hardware that is planned.</summary>
    public Task<MachineRecord> PutAsync(PlannedMachine planned, IKeptState state, ImageFiles image, CancellationToken cancel) =>
        ClaimAsync(
            planned,
            Record(planned, state.Record, state.Record.HostKey),
            claiming => state.PutAsync(Define(planned, claiming, image), cancel),
            cancel
        );

    /// <summary>
    /// Makes a machine that will go on in another one's memory, with an identity of its own: the guest learns it from the seed's content,
    /// which is returned.
    /// </summary>
    /// <param name="held">Why a run must not revert it; null when it may.</param>
    public async Task<(MachineRecord Record, SeedContent Seed)> ForkAsync(
        PlannedMachine planned,
        IKeptState from,
        string? held,
        CancellationToken cancel
    )
    {
        var keys = await MakeKeyAsync(cancel);
        var seed = await SeedOfAsync(planned, keys, cancel);
        var record = Record(planned, null, keys.Public) with { InUse = held, HardwareVersion = from.Record.HardwareVersion };
        return (
            await ClaimAsync(planned, record, claiming => from.ForkAsync(claiming, planned.Uuid, FilesOf(planned, seed), cancel), cancel),
            planned.Spec.Login.HostKey is null ? seed : seed with { HostKeyPrivate = "" } // the farm file says that it keeps its own
        );
    }

    /// <summary>Has a machine that starts as it is defined claim its room.</summary>
    public Task ClaimAsync(MachineRecord record, CancellationToken cancel) =>
        new RoomClaim(openFarm, engine, began).TakeAsync(record, cancel);

    async Task<MachineRecord> ClaimAsync(
        PlannedMachine planned,
        MachineRecord record,
        Func<MachineRecord, Task<MachineChange>> define,
        CancellationToken cancel
    )
    {
        var claimed = await new RoomClaim(openFarm, engine, began).TakeAsync(record, isFirst: planned.Existing is null, define, cancel);
        if (planned.Existing?.Record is { } before)
            await LeaveAsync(before with { Nics = [.. before.Nics.Where(n => record.Nics.All(k => k.Bridge != n.Bridge))] }, cancel);
        return claimed;
    }

    /// <summary>Networks that a machine is not on any more forget its name and address.</summary>
    async Task LeaveAsync(MachineRecord left, CancellationToken cancel)
    {
        if (left.Nics.All(n => n.Address is null))
            return;
        await engine.ReleaseAsync(left, cancel);
        await FarmDown.ReleaseBesideAsync(openFarm, engine.Name, left, cancel);
    }

    static MachineDefinition Define(PlannedMachine planned, MachineRecord record, ImageFiles image) =>
        new(record, planned.Uuid, planned.Spec, planned.VirtType!, image);

    /// <param name="from">The record of which it goes on; null when it is new.</param>
    MachineRecord Record(PlannedMachine planned, MachineRecord? from, string hostKey) =>
        (from ?? MachineRecord.Nothing) with
        {
            Farm = openFarm.Farm.Name,
            Owner = owner,
            Folder = openFarm.Farm.Directory,
            Name = planned.Spec.Name,
            Platform = planned.Spec.Platform,
            Target = planned.Spec.Target,
            User = planned.Spec.User,
            Login = planned.Spec.Login,
            HardwareDigest = planned.HardwareDigest,
            DiskDigest = planned.DiskDigest,
            Run = journal.Folder.Id,
            InUse = null,
            HostKey = planned.Spec.Login.HostKey ?? hostKey,
            Nics = [.. planned.Nics.Select(n => n.Kept)],
            Claim = null,
            IsStarting = false,
            IsForking = false,
            Autostart = planned.Autostart,
            Made = planned.Existing is { Record: { } before } ? before.Made : openFarm.Settings.Clock.GetUtcNow(),
        };

    Task<KeyPair> MakeKeyAsync(CancellationToken cancel) => openFarm.Settings.Backends.MakeKeyAsync(Keys, cancel);

    /// <summary>Empty where the guest is left as its image is.</summary>
    SeedFiles FilesOf(PlannedMachine planned, SeedContent content) =>
        new(planned.Spec.HasSeed ? Seed.Build(content) : ImmutableDictionary<string, string>.Empty, Keys);

    async Task<SeedContent> SeedOfAsync(PlannedMachine planned, KeyPair hostKey, CancellationToken cancel) =>
        new(
            planned.Spec.Name,
            $"{openFarm.Farm.Name}-{planned.Spec.Name}-{journal.Folder.Id}",
            hostKey.Private,
            hostKey.Public,
            [userKey, .. openFarm.Farm.SshKeys],
            [.. planned.Nics.Select((nic, card) => SeedNicOf(nic, card, planned.Nics)), .. WaysOf(planned.Nics)],
            [.. planned.Spec.Disks.Select(d => new SeedDisk(d.Name, d.Format, d.Mount))],
            planned.Spec.User
        )
        {
            PasswordHash = planned.Spec.Login.Password is { } secret
                ? Crypt.Sha512(
                    await openFarm.Settings.Secrets.ReadAsync(secret, SecretSpec.PasswordOf(planned.Spec.User), cancel),
                    Crypt.Salt()
                )
                : null,
            SshPort = planned.Spec.Login.Port,
            FirstBoot = planned.Spec.FirstBoot,
            Passwords = await PasswordsAsync(planned.Spec, cancel),
            HasWaiter =
                planned.Spec
                    is {
                        Container: null,
                        Image.Origin: not BuiltImage,
                        FirstBoot.Kind: FirstBoot.CloudInit or FirstBoot.Ignition or FirstBoot.Combustion
                    },
            Hardware = (planned.Spec.Arch, planned.Spec.Firmware),
            IsBuilt = planned.Spec.Image.Origin is BuiltImage,
            IsTrimmed = planned.Spec is { Image.Origin: BuiltImage, FirstBoot.AsksForMore: true },
        };

    async Task<ImmutableArray<(string, string)>> PasswordsAsync(MachineSpec spec, CancellationToken cancel)
    {
        var hashes = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (var (user, secret) in spec.FirstBoot.Passwords)
            hashes.Add(
                (user, Crypt.Sha512(await openFarm.Settings.Secrets.ReadAsync(secret, SecretSpec.PasswordOf(user), cancel), Crypt.Salt()))
            );
        return hashes.ToImmutable();
    }

    NetworkDefinition NetworkOf(Nic nic) =>
        plan.Networks.First(n => (nic.Parent is not null || n.Hypervisor == engine.Name) && n.Definition.Name == nic.Bridge).Definition;

    bool LeadsOut(Nic nic, int card) => NetworkOf(nic).LeadsOut && (nic.DefaultRoute ?? card == 0);

    /// <summary>
    /// The user card beside cards on switches, as QEMU's user networking is: it leads out in place of the network that would with root.
    /// </summary>
    IEnumerable<SeedNic> WaysOf(ImmutableArray<Nic> nics)
    {
        var isOut = nics.Index().Any(n => n.Item is { Source: NicSource.Switch, Address: not null } && LeadsOut(n.Item, n.Index));
        return nics.Where(n => n is { Source: NicSource.Switch, Port: not null })
            .Select(n => new SeedNic(
                Nic.WayOf(n).Mac,
                $"eth{nics.Length}",
                IPAddress.Parse("10.0.2.15"),
                24,
                isOut ? IPAddress.Parse("10.0.2.2") : null
            ));
    }

    /// <summary>A network that asks nobody outside refuses other names, and the guest asks the user network's server for those.</summary>
    static IEnumerable<IPAddress> ServersOf(NetworkDefinition network, ImmutableArray<Nic> nics) =>
        network.LeadsOut || !network.Options.Forwarders.IsEmpty
            ? [network.Gateway]
            : [network.Gateway, .. nics.Where(n => n.Bridge is null).Select((_, user) => new IPAddress([10, 0, (byte)(2 + user), 3]))];

    SeedNic SeedNicOf(Nic nic, int card, ImmutableArray<Nic> nics)
    {
        var name = $"eth{card}";
        if (nic.Bridge is null || nic.Address is null)
            return new(nic.Mac, name) { IsAside = nic.DefaultRoute == false };
        var network = NetworkOf(nic);
        return new(
            nic.Mac,
            name,
            nic.Address,
            network.Cidr.PrefixLength,
            nic.Source != NicSource.Switch && LeadsOut(nic, card) ? network.Gateway : null,
            nic.AsksNames ? [.. ServersOf(network, nics)] : [],
            nic.AsksNames ? network.Zone : null
        )
        {
            Address6 = nic.Address6,
            Prefix6 = network.Options.Ipv6?.PrefixLength ?? 64,
            Mtu = network.Options.Mtu,
        };
    }
}
