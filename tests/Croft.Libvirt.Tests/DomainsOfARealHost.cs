using System.Collections.Concurrent;
using System.Text;

namespace Croft.Libvirt.Tests;

public sealed class DomainsOfARealHost : IDisposable
{
    readonly LibvirtConnection connection;
    readonly string name = Xml.NewName("pc");
    readonly string directory;
    readonly string log;

    public DomainsOfARealHost(Libvirtd libvirtd)
    {
        connection = libvirtd.Open();
        directory = libvirtd.NewDirectory(name);
        log = $"{directory}/serial.log";
    }

    public void Dispose()
    {
        using var left = connection.FindDomain(name);
        if (left is { IsActive: true })
            left.Destroy();
        if (left is { IsPersistent: true })
            left.Undefine(DomainUndefineFlags.ManagedSave | DomainUndefineFlags.SnapshotsMetadata);
        connection.Dispose();
    }

    [Fact]
    public void TellTheirLifeAndKeepTheirMetadata()
    {
        var seen = new ConcurrentQueue<DomainEventKind>();
        using var subscription = connection.SubscribeLifecycle(e => seen.Enqueue(e.Name == name ? e.Kind : DomainEventKind.Crashed));
        using var domain = Define();
        Assert.Null(domain.GetMetadata("urn:test"));
        domain.SetMetadata("<note>kept</note>", "t", "urn:test");
        domain.Start(DomainStartFlags.Paused);
        Assert.Equal(DomainState.Paused, domain.State);
        domain.Resume();
        domain.SetMetadata("<note>live</note>", "t", "urn:test", AffectFlags.Live);
        Assert.Contains(">live<", domain.GetMetadata("urn:test", AffectFlags.Live), StringComparison.Ordinal);
        Assert.Contains(">kept<", domain.GetMetadata("urn:test", AffectFlags.Config), StringComparison.Ordinal);
        Assert.Equal(65536, Assert.Single(connection.AllDomainStats(), each => each.Name == name).Number("balloon.current"));
        Wait.Until(() => Text(log).Contains("ready", StringComparison.Ordinal), "the serial log says ready");
        domain.Destroy();
        domain.Undefine();
        DomainEventKind[] whole =
        [
            DomainEventKind.Defined,
            DomainEventKind.Started,
            DomainEventKind.Suspended,
            DomainEventKind.Resumed,
            DomainEventKind.Stopped,
            DomainEventKind.Undefined,
        ];
        Wait.Until(() => seen.Contains(DomainEventKind.Undefined), "the last event is there");
        // Whether the emulator still says that it shuts down when it is destroyed is a race.
        Assert.Equal(whole, seen.Where(kind => kind is not (DomainEventKind.Crashed or DomainEventKind.Shutdown)).Distinct());
    }

    [Fact]
    public async Task TalkOnTheirConsole()
    {
        using var domain = Define();
        domain.Start();
        using var console = domain.OpenConsole();
        Wait.Until(() => Text(log).Contains("ready", StringComparison.Ordinal), "the serial log says ready");
        var listener = Task.Run(() => ReadUntil(console, "ping"), TestContext.Current.CancellationToken);
        console.Write("ping"u8);
        await listener.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(LibvirtError.OperationFailed, Assert.Throws<LibvirtException>(() => domain.OpenConsole()).Code);
    }

    [Fact]
    public async Task EndAReadOnTheConsoleWhenItIsClosed()
    {
        using var domain = Define();
        domain.Start();
        var console = domain.OpenConsole();
        var reader = Task.Run(() => ReadToEnd(console), TestContext.Current.CancellationToken);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.False(reader.IsCompleted);
        await console.DisposeAsync();
        await reader.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task EndAReadOnTheConsoleWhenTheyStop()
    {
        using var domain = Define();
        domain.Start();
        using var console = domain.OpenConsole();
        var reader = Task.Run(() => ReadToEnd(console), TestContext.Current.CancellationToken);
        domain.Destroy();
        await reader.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void SayThatNoAgentAnswers()
    {
        using var domain = Define();
        Assert.Equal(LibvirtError.OperationInvalid, Refusal());
        domain.Start();
        Assert.Equal(LibvirtError.AgentUnresponsive, Refusal());
        Assert.Equal(LibvirtError.AgentUnresponsive, Assert.Throws<LibvirtException>(() => domain.FsFreeze()).Code);
        Assert.Contains("running", domain.MonitorCommand("{\"execute\":\"query-status\"}"), StringComparison.Ordinal);

        LibvirtError Refusal() => Assert.Throws<LibvirtException>(() => domain.AgentCommand("{\"execute\":\"guest-ping\"}", 1)).Code;
    }

    [Fact]
    public void GoOnFromAFileUnderAnotherDescription()
    {
        using var domain = Define();
        domain.SetMetadata("<note>before</note>", "t", "urn:test");
        domain.Start();
        Wait.Until(() => Text(log).Contains("ready", StringComparison.Ordinal), "the serial log says ready");
        var file = $"{directory}/memory";
        domain.Save(file);
        Assert.Equal((DomainState.Shutoff, 5), domain.StateAndReason());
        var other = $"{directory}/other.log";
        var xml = connection
            .SaveImageXml(file, DomainXmlFlags.Secure)
            .Replace(">before<", ">after<", StringComparison.Ordinal)
            .Replace(log, other, StringComparison.Ordinal);
        connection.Restore(file, xml, DomainSaveFlags.Paused);
        Assert.Equal(DomainState.Paused, domain.State);
        Assert.Contains(">after<", domain.GetMetadata("urn:test", AffectFlags.Live), StringComparison.Ordinal);
        domain.Resume();
        using var console = domain.OpenConsole();
        console.Write("again"u8);
        Wait.Until(() => Text(other).Contains("again", StringComparison.Ordinal), "the guest goes on");

        domain.ManagedSave();
        Assert.True(domain.HasManagedSave);
        domain.ManagedSaveRemove();
        Assert.False(domain.HasManagedSave);
    }

    [Fact]
    public void MergeAnOverlayDownWhileTheyRun()
    {
        using var domain = Define();
        domain.Start();
        Assert.Null(domain.BlockJobInfo("hda"));
        var overlay = $"{directory}/overlay.qcow2";
        using var snapshot = domain.CreateSnapshot(
            $"<domainsnapshot><disks><disk name='hda' snapshot='external'><source file='{overlay}'/></disk></disks></domainsnapshot>",
            SnapshotCreateFlags.DiskOnly | SnapshotCreateFlags.NoMetadata | SnapshotCreateFlags.Atomic
        );
        Assert.Contains(overlay, domain.Xml(), StringComparison.Ordinal);
        domain.BlockCommit("hda", flags: BlockCommitFlags.Active);
        Assert.Equal(BlockJobType.ActiveCommit, domain.BlockJobInfo("hda")?.Type);
        Wait.Until(() => Pivots(domain), "the overlay is merged");
        Assert.DoesNotContain(overlay, domain.Xml(), StringComparison.Ordinal);
        domain.BlockResize("hda", 2 << 20);
        Assert.Equal(2 << 20, new FileInfo($"{directory}/disk.img").Length);
    }

    [Fact]
    public void TakeAndGiveBackDevices()
    {
        using var domain = Define();
        var disk = $"{directory}/second.img";
        File.WriteAllBytes(disk, new byte[1 << 20]);
        var xml =
            $"<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{disk}'/><target dev='hdb' bus='ide'/></disk>";
        domain.AttachDevice(xml, AffectFlags.Config);
        Assert.Contains(disk, domain.Xml(DomainXmlFlags.Inactive), StringComparison.Ordinal);
        domain.UpdateDevice(xml.Replace("type='raw'", "type='raw' cache='unsafe'", StringComparison.Ordinal), AffectFlags.Config);
        Assert.Contains("cache='unsafe'", domain.Xml(DomainXmlFlags.Inactive), StringComparison.Ordinal);
        domain.DetachDevice(xml, AffectFlags.Config);
        Assert.DoesNotContain(disk, domain.Xml(DomainXmlFlags.Inactive), StringComparison.Ordinal);
    }

    [Fact]
    public void AreDescribedByCapabilities()
    {
        Assert.Contains(
            "<domain>qemu</domain>",
            connection.DomainCapabilitiesXml(arch: "x86_64", machine: "pc", virtType: "qemu"),
            StringComparison.Ordinal
        );
        Assert.Equal("QEMU", connection.Driver);
        Assert.True(connection.HypervisorVersion >= new Version(4, 0));
        Assert.True(connection.SetKeepAlive(5, 5));
        using var agents = connection.SubscribeAgent(_ => { });
    }

    LibvirtDomain Define()
    {
        var disk = $"{directory}/disk.img";
        File.WriteAllBytes(disk, BootSector.Image());
        return connection.DefineDomain(Xml.Pc(name, log, disk));
    }

    static bool Pivots(LibvirtDomain domain)
    {
        try
        {
            domain.BlockJobAbort("hda", BlockJobAbortFlags.Pivot);
            return true;
        }
        catch (LibvirtException e) when (e.Code is LibvirtError.BlockCopyActive)
        {
            return false;
        }
    }

    static string Text(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    static void ReadUntil(LibvirtStream stream, string end)
    {
        var heard = "";
        var buffer = new byte[100];
        for (int count; !heard.EndsWith(end, StringComparison.Ordinal) && (count = stream.Read(buffer)) > 0; )
            heard += Encoding.ASCII.GetString(buffer, 0, count);
    }

    static void ReadToEnd(LibvirtStream stream)
    {
        var buffer = new byte[100];
        while (stream.Read(buffer) > 0) { }
    }
}
