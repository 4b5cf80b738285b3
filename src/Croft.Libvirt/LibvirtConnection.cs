namespace Croft.Libvirt;

/// <summary>
/// A connection to a hypervisor through libvirt.so.0. The binding is synchronous: a call holds its thread until libvirt has answered,
/// and cannot be cancelled. A connection may be used by many threads at once. Handles of domains, networks and the like outlive it and keep
/// it open below; only consoles and transfers begin with it alone.
/// Every call may throw a <see cref="LibvirtException"/>. Callbacks run on the one event thread of the process.
/// </summary>
public sealed partial class LibvirtConnection : IDisposable
{
    readonly ConnectHandle handle;

    /// <summary>Opens a connection. Credentials come from the URI and libvirt's own files; nobody is ever asked on a terminal.</summary>
    public static LibvirtConnection Open(string uri, ConnectFlags flags = ConnectFlags.None)
    {
        EnsureLoaded();
        return new LibvirtConnection(SilentAuth.Open(SilentAuth.WithoutTerminal(uri), flags));
    }

    /// <summary>
    /// Begins to load the library on a thread of its own, so that the first call finds it there. Nothing is said of failures: that call
    /// says them. No other thread can begin meanwhile.
    /// </summary>
    public static void Preload() => Native.Libvirt.Preload();

    /// <summary>Ends all events of this process, for when it ends: no callback runs any more.</summary>
    public static void EndEvents()
    {
        Native.Libvirt.EndPreload();
        EventLoop.Stop();
    }

    /// <summary>The version of the library in this process.</summary>
    public static Version LibraryVersion
    {
        get
        {
            EnsureLoaded();
            Checked(virGetVersion(out var version, 0, 0));
            return ToVersion(version.Value);
        }
    }

    /// <summary>The address that was opened, as libvirt writes it.</summary>
    public string Uri => Checked(virConnectGetURI(handle));

    /// <summary>The hypervisor's host name.</summary>
    public string HostName => Checked(virConnectGetHostname(handle));

    /// <summary>The driver: QEMU, TEST, LXC.</summary>
    public string Driver => Checked(virConnectGetType(handle));

    /// <summary>The version of libvirt that serves this connection.</summary>
    public Version LibvirtVersion
    {
        get
        {
            Checked(virConnectGetLibVersion(handle, out var version));
            return ToVersion(version.Value);
        }
    }

    /// <summary>The version of the hypervisor; 0.0.0 when it has none.</summary>
    public Version HypervisorVersion
    {
        get
        {
            Checked(virConnectGetVersion(handle, out var version));
            return ToVersion(version.Value);
        }
    }

    /// <summary>Whether the connection still stands, as far as is known without asking the other side.</summary>
    public bool IsAlive => Checked(virConnectIsAlive(handle)) == 1;

    /// <summary>Whether the handle was closed.</summary>
    public bool IsClosed => handle.IsClosed;

    /// <summary>
    /// Asks the daemon every so many seconds whether it lives; after so many unanswered the connection closes. False when unsupported.
    /// </summary>
    public bool SetKeepAlive(int intervalSeconds, int count) => Checked(virConnectSetKeepAlive(handle, intervalSeconds, (uint)count)) == 0;

    /// <summary>What the host and its emulators can do, as XML.</summary>
    public string CapabilitiesXml() => Checked(virConnectGetCapabilities(handle));

    /// <summary>What domains of one kind can be, as XML; null means the default of the driver.</summary>
    public string DomainCapabilitiesXml(string? emulator = null, string? arch = null, string? machine = null, string? virtType = null) =>
        Checked(virConnectGetDomainCapabilities(handle, emulator, arch, machine, virtType, 0));

    /// <summary>The host's processors and memory.</summary>
    public unsafe NodeInfo NodeInfo()
    {
        Checked(virNodeGetInfo(handle, out var info));
        return new NodeInfo(
            Taken.FixedText(info.model, 32),
            info.memory.Value,
            (int)info.cpus,
            (int)info.mhz,
            (int)info.nodes,
            (int)info.sockets,
            (int)info.cores,
            (int)info.threads
        );
    }

    /// <summary>The host's free memory in bytes, without caches that could be freed.</summary>
    public ulong FreeMemory()
    {
        var bytes = virNodeGetFreeMemory(handle);
        return bytes != 0 ? bytes : throw LastError();
    }

    /// <summary>Ends the subscriptions and closes the connection.</summary>
    public void Dispose()
    {
        if (!handle.IsClosed)
            EndSubscriptions();
        handle.Dispose();
    }

    internal static Version ToVersion(nuint version) =>
        new((int)(version / 1_000_000), (int)(version / 1000 % 1000), (int)(version % 1000));
}
