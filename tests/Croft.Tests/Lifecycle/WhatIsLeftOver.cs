using System.Collections.Immutable;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Engines.Libvirt.States;
using Croft.Lifecycle;
using Croft.Tests.Planning;

namespace Croft.Tests.Lifecycle;

/// <summary>
/// Pictures of a pool: <c>b&lt;a</c> is file b standing on file a; <c>!</c> after it says that it is young. The farm that looks is f.
/// </summary>
public sealed class WhatIsLeftOver
{
    static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    static readonly HostContent Empty = new("h", [], [], new(new Dictionary<string, DiskFile>()), [], [], []);

    [Fact]
    public void FilesOfMachinesThatAreNotThereTopFirst() =>
        Assert.Equal(
            ["volume f.a.root.1.qcow2", "volume f.a.root.0.qcow2"],
            Find(Host("f.a.root.0.qcow2<image.i.root.qcow2 f.a.root.1.qcow2<f.a.root.0.qcow2 image.i.root.qcow2 image.i.complete"))
        );

    [Fact]
    public void NotWhatADefinitionNamesNorWhatThatStandsOn() =>
        Assert.Empty(
            Find(
                Host("f.a.root.0.qcow2 f.b.root.0.qcow2<f.a.root.0.qcow2 f.b.console.log", "f.b") with
                {
                    Used = ["f.b.root.0.qcow2", "f.b.console.log"],
                }
            )
        );

    [Fact]
    public void FilesThatTheirMachineDoesNotUseUnlessOthersHadTheirHandsOnIt()
    {
        var host = Host("f.a.root.0.qcow2 f.a.seed.0.iso f.a.root.1.qcow2", "f.a") with { Used = ["f.a.root.1.qcow2"] };
        Assert.Equal(["volume f.a.root.0.qcow2", "volume f.a.seed.0.iso"], Find(host));
        Assert.Empty(Find(host with { Touched = ["f.a"] }));
    }

    [Theory]
    [InlineData("f.a.root.0.qcow2!")]
    [InlineData("f.a.root.0.qcow2 f.a.seed.0.iso!")] // somebody makes it just now
    [InlineData("image.i.root.qcow2 image.i.kernel!")]
    [InlineData("disk.qcow2")] // not named as Croft names files
    public void NotWhatIsYoungOrNotCrofts(string files) => Assert.Empty(Find(Host(files)));

    [Fact]
    public void UploadsThatWereNotFinishedButNoImageThatIsWhole() =>
        Assert.Equal(["volume image.j.root.qcow2"], Find(Host("image.i.root.qcow2 image.i.complete image.j.root.qcow2")));

    [Fact]
    public void NotAnUploadThatADiskStandsOn() =>
        Assert.Empty(Find(Host("image.j.root.qcow2 f.a.root.0.qcow2<image.j.root.qcow2", "f.a") with { Used = ["f.a.root.0.qcow2"] }));

    [Fact]
    public void FilesOfAnotherFarmOnlyWhenNothingOfItLives()
    {
        var host = Host("g.a.root.0.qcow2");
        Assert.Equal(["volume g.a.root.0.qcow2"], Find(host));
        Assert.Empty(Find(Host("g.a.root.0.qcow2", "g.x")));
        Assert.Empty(Find(host with { Networks = [Addresses.Network("g-lan", "g", "10.9.0.0/24") with { Made = Now }] }));
        Assert.Empty(Find(host with { Machines = [Lab.Stranger("g.b", 1)] })); // somebody took Croft's mark off it
    }

    [Fact]
    public void FilesOfAnotherOwnersFarmOfTheNameOnlyWhenNothingOfItLives()
    {
        var host = Host("f.a.root.0.qcow2", "f.b");
        Assert.Equal(["volume f.a.root.0.qcow2"], Find(host));
        Assert.Empty(Find(host, owner: "owner-2"));
        Assert.Empty(Find(host, owner: null));
    }

    [Fact]
    public void NotWhatASnapshotOfTheUsersNeedsAndLayersOnlyWithoutTheirMachine()
    {
        var files = "f.a.root.0.qcow2 f.a.root.1.qcow2<f.a.root.0.qcow2 f.a.snapshot-s.0.json f.a.seed.0.iso";
        Assert.Equal(["volume f.a.root.1.qcow2"], Find(Host(files) with { Snapshots = [Snapshot("f.a.snapshot-s.0.json", null)] }));
        Assert.Equal(4, Find(Host(files) with { Snapshots = [Snapshot("f.a.snapshot-s.0.json", "key")] }).Count());
        Assert.Equal(["volume f.a.root.1.qcow2"], Find(Host(files, "f.a") with { Snapshots = [Snapshot("f.a.snapshot-s.0.json", "key")] }));
    }

    [Fact]
    public void NetworksOfFarmsWithoutMachinesThere()
    {
        var network = Addresses.Network("g-lan", "g", "10.9.0.0/24") with { Made = Now.AddHours(-1) };
        Assert.Equal(["network g-lan"], Find(Empty with { Networks = [network, Addresses.Network("default", null, "10.8.0.0/24")] }));
        Assert.Empty(Find(Empty with { Networks = [network with { Made = Now }, network with { Made = null }] }));
        Assert.Empty(Find(Empty with { Networks = [network], Used = ["g-lan"] })); // shared
        Assert.Empty(Find(Host("", "g.a") with { Networks = [network] }));
    }

    [Fact]
    public void OwnMachinesOfWhichANewerOneIsElsewhere()
    {
        var record = Record("a") with { Made = Now, InUse = "up" };
        var host = Host("f.a.root.0.qcow2 f.a.snapshot-s.0.json", "f.a") with
        {
            Used = ["f.a.root.0.qcow2"],
            Snapshots = [Snapshot("f.a.snapshot-s.0.json", null)],
        };
        Assert.Equal(
            "a newer one is on another hypervisor; made 2026-01-02 03:04, in use since croft up, 1 snapshot",
            Assert
                .Single(
                    new Leftovers(host, "f", Lab.Owner, Now).Find([record, record with { Farm = "g" }, record with { Owner = "owner-2" }])
                )
                .Why
        );
    }

    static IEnumerable<string> Find(HostContent host, string? owner = Lab.Owner) =>
        new Leftovers(host, "f", owner, Now).Find([]).Select(l => $"{l.Kind} {l.Name}".ToLowerInvariant());

    static HostContent Host(string files, params string[] machines) =>
        Empty with
        {
            Files = new(files.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(File).ToDictionary(f => f.Name)),
            Machines =
            [
                .. machines.Select(m => Lab.Stranger(m, 1) with { Record = Record(m.Split('.')[1]) with { Farm = m.Split('.')[0] } }),
            ],
        };

    static DiskFile File(string text) =>
        text.TrimEnd('!').Split('<') is [var name, .. var below]
            ? new(name, below.FirstOrDefault(), 1, text.EndsWith('!') ? Now : Now.AddHours(-1))
            : throw new InvalidOperationException();

    static StoredSnapshot Snapshot(string volume, string? key) => new(volume, new("s", key, null, Record("a"), "", Now));

    static MachineRecord Record(string name) =>
        new()
        {
            Farm = "f",
            Owner = Lab.Owner,
            Folder = "/f",
            Name = name,
            Platform = "",
            Target = "",
            User = "root",
            HardwareDigest = "",
            DiskDigest = "",
            Run = "",
            HostKey = "",
            Seed = $"f.{name}.seed.0.iso",
            Nics = [],
            Disks = [new("root", $"f.{name}.root.0.qcow2")],
        };
}
