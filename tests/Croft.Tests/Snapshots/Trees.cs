using System.Collections.Immutable;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Engines.Libvirt.States;

namespace Croft.Tests.Snapshots;

/// <summary>
/// Pictures of chains: <c>b&lt;a</c> is file b standing on file a, numbers are disks <c>f.m.root.N.qcow2</c>; <c>name=N</c> is a snapshot
/// of that disk.
/// </summary>
public sealed class Trees
{
    [Fact]
    public void ParentIsTheNearestSnapshotBelow()
    {
        var tree = Tree("0<image 1<0 2<1 3<1 4<3", "a=0 b=1 c=2 d=3", now: 4);
        Assert.Equal(
            ["a:-", "b:a", "c:b", "d:b"],
            tree.Snapshots.Select(s => $"{s.Snapshot.Name}:{tree.ParentOf(s)?.Snapshot.Name ?? "-"}")
        );
        Assert.Equal("d", tree.Current!.Snapshot.Name);
        Assert.Equal(["c", "d", "b"], tree.ToStates() is var states ? states.SubtreeOf(states.States[1]).Select(s => s.Name) : []);
    }

    [Fact]
    public void FileThatNoSnapshotNamesIsHiddenAndHeldByWhatStandsOnIt()
    {
        var tree = Tree("0<image 1<0 2<1 3<1 4<3", "a=0 c=2", now: 4);
        Assert.Equal(
            ["f.m.root.1.qcow2 held by c, now", "f.m.root.3.qcow2 held by now"],
            tree.Hidden.Select(h => $"{h.File} held by {string.Join(", ", h.HeldBy)}")
        );
        Assert.Equal("a", tree.Current!.Snapshot.Name);
        Assert.Empty(tree.Unused);
    }

    [Fact]
    public void FileThatNamesItselfEndsTheChain() =>
        Assert.Equal(
            ["a", "b"],
            new DiskFiles(new Dictionary<string, DiskFile> { ["a"] = new("a", "b", 0), ["b"] = new("b", "a", 0) }).Chain("a")
        );

    [Fact]
    public void WhatNothingStandsOnIsUnusedTopFirst() =>
        Assert.Equal(["f.m.root.5.qcow2", "f.m.root.3.qcow2"], Tree("0<image 1<0 2<1 3<1 5<3", "a=0 b=1", now: 2).Unused);

    [Fact]
    public void OtherMachinesHoldFilesToo()
    {
        var tree = Tree("0<image 1<0 f.x.root.0.qcow2<0", "", now: 1);
        Assert.Equal(["now", "f.x"], Assert.Single(tree.Hidden).HeldBy);
        Assert.Equal(["f.x"], Tree("0<image 1<0 f.x.root.0.qcow2<0", "a=0", now: 1).UsersOf(Tree("0<image", "a=0", now: 0).Snapshots[0]));
    }

    [Fact]
    public void NothingThatAnotherMachineStandsOnIsUnused() =>
        Assert.Empty(Tree("0<image 1<0 2<image f.x.root.0.qcow2<1", "", now: 2).Unused);

    [Fact]
    public void SnapshotWithoutAFileIsNotWhole()
    {
        var tree = Tree("1<0", "a=1", now: 1);
        Assert.Equal(["f.m.root.0.qcow2"], tree.MissingOf(tree.Snapshots[0]));
    }

    [Fact]
    public void SnapshotIsFreeWhenNothingStandsOnIt()
    {
        var tree = Tree("0<image 1<0 2<1 3<1 f.x.root.0.qcow2<2", "a=0 b=1 c=2 d=3", now: 4);
        Assert.Equal(["d"], tree.Snapshots.Where(tree.IsFree).Select(s => s.Snapshot.Name));
    }

    [Fact]
    public void DisksAreNotCroftsOwnAloneWhenOthersMovedTheMachineOrKeepSomethingInThem()
    {
        var tree = Tree("0<image 1<0", "a=0", now: 1);
        Assert.True(tree.IsOwn);
        Assert.True(
            new SnapshotTree(
                Record("1") with
                {
                    Disks = [new("data", "f.m.data.0.raw"), new("more", "f.m.more.10.raw")],
                },
                tree.Snapshots,
                new DiskFiles(new Dictionary<string, DiskFile>())
            ).IsOwn
        );
        Assert.False(
            new SnapshotTree(
                Record("1") with
                {
                    Disks = [new("root", "f.m.root.1.theirs")],
                },
                tree.Snapshots,
                new DiskFiles(new Dictionary<string, DiskFile>())
            ).IsOwn
        );
        Assert.False(
            new SnapshotTree(Record("1"), tree.Snapshots, new DiskFiles(new Dictionary<string, DiskFile>()))
            {
                Foreign = [new("s", null, true, true, true, default)],
            }.IsOwn
        );
    }

    [Fact]
    public void UefiVariablesBelongToTheirSnapshotOrToTheMachine()
    {
        var files = new[] { "f.m.root.0.qcow2", "f.m.seed.0.iso", "f.m.nvram.0.fd", "f.m.nvram.1.fd", "f.m.nvram.2.fd" }.ToDictionary(
            name => name,
            name => new DiskFile(name, null, 1)
        );
        var snapshot = new StoredSnapshot(
            "f.m.snapshot-a.0.json",
            new("a", null, null, Record("0") with { Nvram = "f.m.nvram.1.fd" }, "<domain/>", DateTimeOffset.UnixEpoch)
        );
        var tree = new SnapshotTree(Record("0") with { Nvram = "f.m.nvram.0.fd" }, [snapshot], new(files));
        Assert.Equal(["f.m.nvram.2.fd"], tree.Unused);
        Assert.Equal(2, tree.SizeOf(snapshot));
        files.Remove("f.m.nvram.1.fd");
        Assert.Equal(["f.m.nvram.1.fd"], tree.MissingOf(snapshot));
    }

    static SnapshotTree Tree(string files, string snapshots, int now)
    {
        var all = files
            .Split(' ')
            .Select(f => f.Split('<'))
            .Select(f => new DiskFile(Name(f[0]), Name(f[1]), 1))
            .Append(new DiskFile("image", null, 1))
            .Append(new DiskFile("f.m.seed.0.iso", null, 1))
            .ToDictionary(f => f.Name);
        var taken = snapshots
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(
                (s, i) =>
                    new StoredSnapshot(
                        $"f.m.snapshot-{s.Split('=')[0]}.0.json",
                        new(s.Split('=')[0], null, null, Record(s.Split('=')[1]), "<domain/>", DateTimeOffset.UnixEpoch.AddSeconds(i))
                    )
            );
        return new(Record(now.ToString()), [.. taken], new DiskFiles(all));
    }

    static MachineRecord Record(string number) =>
        new()
        {
            Farm = "f",
            Owner = "o",
            Folder = "/f",
            Name = "m",
            Platform = "p",
            Target = "t",
            User = "root",
            HardwareDigest = "h",
            DiskDigest = "d",
            Run = "r",
            HostKey = "",
            Seed = "f.m.seed.0.iso",
            Nics = [],
            Disks = [new("root", Name(number))],
        };

    static string Name(string file) => int.TryParse(file, out _) ? $"f.m.root.{file}.qcow2" : file;
}
