using Croft.Lifecycle;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Lifecycle;

/// <summary>Host keys of guests that nobody else vouches for.</summary>
public sealed class KeysOnDisks : IDisposable
{
    const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJj2Y6jFSm4xDIF6VVFCtS1o8Cn8OGlRAGEVuMBgWPD";

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AreReadFromPartitionsAndFromWholeDisks(bool parted)
    {
        if (!new[] { "/usr/sbin/mke2fs", "/usr/sbin/sfdisk", "/usr/sbin/debugfs", "/usr/bin/qemu-img" }.All(File.Exists))
            Assert.Skip("e2fsprogs, fdisk or qemu-img is not installed");
        folder.Write("root/etc/ssh/ssh_host_ed25519_key.pub", Key + " root@guest\n");
        var disk = parted
            ? "truncate -s 8M system; mke2fs -q -t ext4 -d root system; truncate -s 12M disk; echo start=2048 | sfdisk -q disk; dd if=system of=disk bs=512 seek=2048 conv=notrunc"
            : "truncate -s 8M disk; mke2fs -q -t ext4 -d root disk";
        var made = await new Tool("sh", "-c", $"set -e; {disk}; qemu-img convert -f raw -O qcow2 disk disk.qcow2")
        {
            Directory = folder.Path,
        }.RunAsync(TestContext.Current.CancellationToken);
        Assert.True(made.ExitCode == 0, made.Error);
        var said = await HostKeysOnDisk.ReadAsync(Path.Combine(folder.Path, "disk.qcow2"), TestContext.Current.CancellationToken);
        Assert.Contains(Key, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AreMadeOfPrivateKeysThatAreThereAlone()
    {
        if (!new[] { "/usr/sbin/mke2fs", "/usr/sbin/debugfs", "/usr/bin/qemu-img" }.All(File.Exists))
            Assert.Skip("e2fsprogs or qemu-img is not installed");
        const string disk =
            "mkdir -p root/etc/ssh; ssh-keygen -q -t ed25519 -N '' -f root/etc/ssh/ssh_host_ed25519_key; mv root/etc/ssh/*.pub key.pub; "
            + "truncate -s 8M disk; mke2fs -q -t ext4 -d root disk; qemu-img convert -f raw -O qcow2 disk disk.qcow2";
        await new Tool("sh", "-e", "-c", disk) { Directory = folder.Path }.RunCheckedAsync(
            "making a disk",
            TestContext.Current.CancellationToken
        );
        var key = string.Join(' ', File.ReadAllText(Path.Combine(folder.Path, "key.pub")).Split(' ')[..2]);
        var said = await HostKeysOnDisk.ReadAsync(Path.Combine(folder.Path, "disk.qcow2"), TestContext.Current.CancellationToken);
        Assert.Contains(key, said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.ed25519"));
    }

    [Fact]
    public async Task AreNoneOnWhatIsNoDisk() =>
        Assert.DoesNotContain(
            "ssh-ed25519",
            await HostKeysOnDisk.ReadAsync(folder.Write("disk.qcow2", ""), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
}
