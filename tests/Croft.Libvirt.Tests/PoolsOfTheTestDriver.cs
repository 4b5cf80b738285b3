namespace Croft.Libvirt.Tests;

public sealed class PoolsOfTheTestDriver : IDisposable
{
    readonly LibvirtConnection connection = TestDriver.Open();
    readonly string name = Xml.NewName("pool");

    public void Dispose() => connection.Dispose();

    [Fact]
    public void HoldVolumes()
    {
        Assert.Null(connection.FindPool(name));
        using var pool = connection.DefinePool(Xml.Pool(name, $"/{name}"));
        pool.Build();
        pool.Start();
        Assert.Equal(PoolState.Running, pool.Info().State);
        Assert.Null(pool.FindVolume("one"));
        using var one = pool.CreateVolume(Xml.Volume("one", 4096));
        using var two = pool.CloneVolume(Xml.Volume("two", 4096), one);
        Assert.Equal(["one", "two"], pool.Volumes().Select(each => each.Name).Order());
        Assert.Equal(4096ul, one.Info().Capacity);
        Assert.Equal($"/{name}/one", one.Path);
        Assert.Equal("one", connection.FindVolumeByPath(one.Path)?.Name);
        Assert.Equal(name, one.Pool().Name);
        one.Delete();
        Assert.Null(connection.FindVolumeByPath($"/{name}/one"));
        // A real daemon says StorageVolExist; this driver is coarser.
        Assert.Equal(LibvirtError.OperationFailed, Assert.Throws<LibvirtException>(() => pool.CreateVolume(Xml.Volume("two", 4096))).Code);
        pool.Destroy();
        Assert.Contains(connection.Pools(), each => each.Name == name);
        pool.Undefine();
        Assert.DoesNotContain(connection.Pools(), each => each.Name == name);
    }
}
