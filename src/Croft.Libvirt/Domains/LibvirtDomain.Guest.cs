namespace Croft.Libvirt;

public sealed unsafe partial class LibvirtDomain
{
    /// <summary>The driver's own time-out of an agent command.</summary>
    public const int AgentDefaultTimeout = -1;

    /// <summary>
    /// Sends a command to the guest agent and waits for its answer, at least a second. AgentUnresponsive when nobody answers.
    /// </summary>
    public string AgentCommand(string json, int timeoutSeconds = AgentDefaultTimeout) =>
        Checked(virDomainQemuAgentCommand(handle, json, timeoutSeconds, 0));

    /// <summary>Sends a command to QEMU's monitor and waits for its answer. Taints the domain.</summary>
    public string MonitorCommand(string command, bool human = false)
    {
        Checked(virDomainQemuMonitorCommand(handle, command, out var result, human ? 1u : 0));
        return result ?? "";
    }

    /// <summary>Freezes the guest's file systems, by its agent; says how many.</summary>
    public int FsFreeze() => Checked(virDomainFSFreeze(handle, null, 0, 0));

    /// <summary>Thaws the guest's file systems, by its agent; says how many.</summary>
    public int FsThaw() => Checked(virDomainFSThaw(handle, null, 0, 0));

    /// <summary>The interfaces and their addresses, as one source tells them.</summary>
    public IReadOnlyList<DomainInterface> InterfaceAddresses(InterfaceAddressSource source)
    {
        var count = Checked(virDomainInterfaceAddresses(handle, out var interfaces, source, 0));
        var list = new DomainInterface[count];
        for (var i = 0; i < count; i++)
        {
            var each = interfaces[i];
            var addresses = new InterfaceAddress[each->naddrs];
            for (var k = 0; k < addresses.Length; k++)
                addresses[k] = new InterfaceAddress(
                    (IPAddressFamily)each->addrs[k].type,
                    Taken.Text(each->addrs[k].addr) ?? "",
                    (int)each->addrs[k].prefix
                );
            list[i] = new DomainInterface(Taken.Text(each->name) ?? "", Taken.Text(each->hwaddr), addresses);
            virDomainInterfaceFree(each);
        }
        NativeMemory.Free(interfaces);
        return list;
    }

    /// <summary>Opens a console or serial port of the running domain; the first one unless named by its alias.</summary>
    public LibvirtStream OpenConsole(string? device = null, ConsoleFlags flags = ConsoleFlags.None) =>
        Open(stream => virDomainOpenConsole(handle, device, stream, flags));

    /// <summary>Opens a channel of the running domain by its name in the guest, when nobody else has it.</summary>
    public LibvirtStream OpenChannel(string name) => Open(stream => virDomainOpenChannel(handle, name, stream, 0));

    LibvirtStream Open(Func<StreamHandle, int> open)
    {
        var stream = Checked(virStreamNew(connection, StreamNonBlock));
        try
        {
            Checked(open(stream));
            return new LibvirtStream(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }
}
