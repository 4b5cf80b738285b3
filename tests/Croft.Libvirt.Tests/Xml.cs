namespace Croft.Libvirt.Tests;

/// <summary>The descriptions that the tests define.</summary>
static class Xml
{
    static int last;

    /// <summary>A name that no other test uses.</summary>
    internal static string NewName(string kind) => $"{kind}-{Interlocked.Increment(ref last)}";

    internal static string TestDomain(string name) =>
        $"<domain type='test'><name>{name}</name><memory>65536</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>";

    /// <summary>An emulated PC of 64 MiB; it boots a disk where one is given.</summary>
    internal static string Pc(string name, string serialLog, string? disk = null) =>
        $"""
            <domain type='qemu'>
              <name>{name}</name>
              <memory unit='MiB'>64</memory>
              <vcpu>1</vcpu>
              <os><type arch='x86_64' machine='pc'>hvm</type></os>
              <features><acpi/></features>
              <devices>
                <emulator>/usr/bin/qemu-system-x86_64</emulator>
                {(
                disk is null
                    ? ""
                    : $"<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{disk}'/><target dev='hda' bus='ide'/></disk>"
            )}
                <serial type='pty'><log file='{serialLog}' append='on'/><target port='0'/></serial>
                <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
                <memballoon model='none'/>
              </devices>
            </domain>
            """;

    internal static string Network(string name, int subnet) =>
        $"""
            <network>
              <name>{name}</name>
              <bridge name='vt{subnet}'/>
              <dns><host ip='10.{subnet}.0.9'><hostname>nine</hostname></host></dns>
              <ip address='10.{subnet}.0.1' netmask='255.255.255.0'>
                <dhcp><range start='10.{subnet}.0.100' end='10.{subnet}.0.200'/></dhcp>
              </ip>
            </network>
            """;

    internal static string Pool(string name, string path) =>
        $"<pool type='dir'><name>{name}</name><target><path>{path}</path></target></pool>";

    internal static string Volume(string name, long bytes, string format = "raw") =>
        $"<volume><name>{name}</name><capacity>{bytes}</capacity><allocation>0</allocation><target><format type='{format}'/></target></volume>";
}
