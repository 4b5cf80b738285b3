namespace Croft.Libvirt.Tests;

public sealed class PoolsOfTheTestDriver : IDisposable
{
    readonly LibvirtConnection _connection = TestDriver.Open();
    readonly string _name = Xml.NewName("pool");

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void HoldVolumes()
    {
        Assert.Null(_connection.FindPool(_name));
        using var pool = _connection.DefinePool(Xml.Pool(_name, $"/{_name}"));
        pool.Build();
        pool.Start();
        Assert.Equal(PoolState.Running, pool.Info().State);
        Assert.Null(pool.FindVolume("one"));
        using var one = pool.CreateVolume(Xml.Volume("one", 4096));
        using var two = pool.CloneVolume(Xml.Volume("two", 4096), one);
        Assert.Equal(["one", "two"], pool.Volumes().Select(each => each.Name).Order());
        Assert.Equal(4096ul, one.Info().Capacity);
        Assert.Equal($"/{_name}/one", one.Path);
        Assert.Equal("one", _connection.FindVolumeByPath(one.Path)?.Name);
        Assert.Equal(_name, one.Pool().Name);
        one.Delete();
        Assert.Null(_connection.FindVolumeByPath($"/{_name}/one"));
        // A real daemon says StorageVolExist; this driver is coarser.
        Assert.Equal(LibvirtError.OperationFailed, Assert.Throws<LibvirtException>(() => pool.CreateVolume(Xml.Volume("two", 4096))).Code);
        pool.Destroy();
        Assert.Contains(_connection.Pools(), each => each.Name == _name);
        pool.Undefine();
        Assert.DoesNotContain(_connection.Pools(), each => each.Name == _name);
    }
}
