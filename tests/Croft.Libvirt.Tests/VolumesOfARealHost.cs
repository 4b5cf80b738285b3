using System.Diagnostics;
using System.Globalization;

namespace Croft.Libvirt.Tests;

public sealed class VolumesOfARealHost : IDisposable
{
    const int MiB = 1 << 20;

    readonly LibvirtConnection connection;
    readonly LibvirtPool pool;

    public VolumesOfARealHost(Libvirtd libvirtd)
    {
        connection = libvirtd.Open();
        var name = Xml.NewName("pool");
        pool = connection.DefinePool(Xml.Pool(name, $"{libvirtd.Directory}/{name}"));
        pool.Build();
        pool.Start();
    }

    public void Dispose()
    {
        pool.Destroy();
        pool.Undefine();
        pool.Dispose();
        connection.Dispose();
    }

    [Fact]
    public void RefuseASecondOneOfTheSameName()
    {
        using var volume = pool.CreateVolume(Xml.Volume("one", MiB));
        Assert.Equal(LibvirtError.StorageVolExist, Assert.Throws<LibvirtException>(() => pool.CreateVolume(Xml.Volume("one", MiB))).Code);
        volume.Delete();
        Assert.Null(pool.FindVolume("one"));
        Assert.Null(connection.FindVolumeByPath("/nowhere"));
    }

    [Fact]
    public void ReturnWhatWasPutIn()
    {
        var content = new byte[(3 * MiB) + 17];
        new Random(1).NextBytes(content);
        using var volume = pool.CreateVolume(Xml.Volume("round", content.Length));
        var told = new List<long>();
        volume.Upload(new MemoryStream(content), progress: told.Add);
        Assert.Equal([MiB, 2 * MiB, 3 * MiB, content.Length], told);

        var whole = new MemoryStream();
        volume.Download(whole);
        Assert.Equal(content, whole.ToArray());

        var part = new MemoryStream();
        volume.Download(part, offset: 1000, length: 2000);
        Assert.Equal(content[1000..3000], part.ToArray());
        volume.Delete();
    }

    [Fact]
    public void TakeAPartAtAnOffset()
    {
        using var volume = pool.CreateVolume(Xml.Volume("part", MiB));
        volume.Upload(new MemoryStream("abcdefgh"u8.ToArray()), offset: 4096, length: 4);
        var back = new MemoryStream();
        volume.Download(back);
        Assert.Equal(MiB, back.Length);
        Assert.Equal("\0abcd\0"u8.ToArray(), back.ToArray()[4095..4101]);
        volume.Wipe();
        back = new MemoryStream();
        volume.Download(back);
        Assert.Equal(new byte[MiB], back.ToArray());
        volume.Delete();
    }

    [Fact]
    public void KeepHoles()
    {
        // data, a hole, data that begins and ends amid a cluster, a hole to the end
        var content = new byte[64 * MiB];
        new Random(2).NextBytes(content.AsSpan(0, 100_000));
        new Random(3).NextBytes(content.AsSpan((20 * MiB) + 5, 70_000));
        using var volume = pool.CreateVolume(Xml.Volume("sparse", content.Length));
        volume.Upload(new MemoryStream(content), sparse: true);
        Assert.InRange(volume.Info().Allocation, 170_000ul, 1_000_000ul);

        var whole = new MemoryStream();
        volume.Download(whole);
        Assert.True(content.AsSpan().SequenceEqual(whole.ToArray()));

        var path = Path.GetTempFileName();
        using (var file = File.Create(path))
            volume.Download(file, sparse: true);
        Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(path)));
        Assert.InRange(AllocatedBytes(path), 170_000, 1_000_000);
        File.Delete(path);

        using var cannotSeek = new Pipe();
        volume.Download(cannotSeek, sparse: true);
        Assert.True(content.AsSpan().SequenceEqual(cannotSeek.Bytes.ToArray()));
        volume.Delete();
    }

    [Fact]
    public void SurviveASourceThatFails()
    {
        using var volume = pool.CreateVolume(Xml.Volume("failing", 64 * MiB));
        Assert.Throws<InvalidOperationException>(() =>
            volume.Upload(new MemoryStream(new byte[8 * MiB]), progress: _ => throw new InvalidOperationException())
        );
        Assert.Throws<InvalidOperationException>(() =>
            volume.Download(new MemoryStream(), progress: _ => throw new InvalidOperationException())
        );
        Assert.Equal("failing", pool.FindVolume("failing")?.Name);
        Wait.Until(() => Deletes(volume), "the daemon has let the volume go");
    }

    [Fact]
    public void CloneAndGrow()
    {
        using var from = pool.CreateVolume(Xml.Volume("from", MiB));
        from.Upload(new MemoryStream("content"u8.ToArray()));
        using var clone = pool.CloneVolume(Xml.Volume("clone", MiB, "qcow2"), from);
        clone.Resize(2 * MiB);
        Assert.Equal(2ul * MiB, clone.Info().Capacity);
        Assert.Contains("<format type='qcow2'/>", clone.Xml());
        clone.Delete();
        from.Delete();
    }

    static bool Deletes(LibvirtVolume volume)
    {
        try
        {
            volume.Delete();
            return true;
        }
        catch (LibvirtException e) when (e.Code is LibvirtError.OperationInvalid)
        {
            return false;
        }
    }

    static long AllocatedBytes(string path)
    {
        using var stat = Process.Start(
            new ProcessStartInfo("stat") { ArgumentList = { "-c", "%b", path }, RedirectStandardOutput = true }
        )!;
        return long.Parse(stat.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture) * 512;
    }

    sealed class Pipe : Stream
    {
        internal MemoryStream Bytes { get; } = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Bytes.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => Bytes.Write(buffer);
    }
}
