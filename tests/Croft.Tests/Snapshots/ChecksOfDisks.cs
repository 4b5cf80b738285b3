using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Engines.Libvirt.States;
using Croft.Tests.Engines;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Snapshots;

public sealed class ChecksOfDisks
{
    const string Disk = "f.m.root.0.qcow2";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Also where a qcow2 is whole, but what it stands on cannot be opened just now.</summary>
    [Fact]
    public async Task CallDamagedOnlyWhatQemuImgFoundDamaged()
    {
        using var folder = new TemporaryFolder();
        var (disk, image) = (Path.Combine(folder.Path, Disk), folder.Write("image.raw", new string('x', 1 << 16)));
        await ImageAsync("create", "-q", "-f", "qcow2", "-b", image, "-F", "raw", disk);
        await CheckAsync(disk);
        File.Delete(image);
        var refused = await Assert.ThrowsAsync<CroftException>(() => CheckAsync(disk));
        Assert.Contains($"disk {Disk} could not be checked: ", refused.Message, StringComparison.Ordinal);

        await ImageAsync("create", "-q", "-f", "qcow2", disk, "1M");
        await using (var file = new FileStream(disk, FileMode.Open))
        {
            file.Position = 1 << 17; // the first table of reference counts' first block
            await file.WriteAsync(new byte[64], Cancel);
        }

        refused = await Assert.ThrowsAsync<CroftException>(() => CheckAsync(disk));
        Assert.Contains($"disk {Disk} is damaged: ", refused.Message, StringComparison.Ordinal);
    }

    static Task CheckAsync(string disk)
    {
        var record = MachineRecord.Nothing with { Farm = "f", Name = "m", Seed = "f.m.seed.0.iso", Disks = [new("root", Disk)] };
        var files = new[] { Disk, record.Seed }.ToDictionary(name => name, name => new DiskFile(name, null, 1));
        var kept = new StoredSnapshot("f.m.snapshot-a.0.json", new("a", null, null, record, "<domain/>", default));
        var host = HostThatAnswers.Make((_, _) => disk);
        return DiskCheck.RunAsync(host, new(record, [kept], new(files)), Cancel);
    }

    static Task ImageAsync(params string[] arguments) => new Tool("qemu-img", arguments).RunAsync(Cancel);
}
