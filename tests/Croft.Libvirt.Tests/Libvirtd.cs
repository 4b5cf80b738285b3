using System.Diagnostics;
using System.Globalization;
using Croft.Libvirt.Tests;
using Croft.Testing;

[assembly: AssemblyFixture(typeof(Libvirtd))]

namespace Croft.Libvirt.Tests;

/// <summary>
/// A real libvirtd of this test process alone: own mounts, processes and network, so that nobody else's machines are seen or touched.
/// Started by the first test that asks; tests are skipped, with the reason, where it cannot be.
/// </summary>
public sealed class Libvirtd : IDisposable
{
    static readonly string[] Needed = ["/usr/sbin/libvirtd", "/usr/bin/qemu-system-x86_64", "/usr/bin/tini", "/usr/bin/unshare"];

    readonly Lazy<string?> problem;
    Process? process;

    public Libvirtd() => this.problem = new Lazy<string?>(Start);

    public string Directory { get; } = TestFolder.New();

    /// <summary>A new connection, or the test is skipped.</summary>
    public LibvirtConnection Open()
    {
        if (this.problem.Value is { } problem)
            Assert.Skip(problem);
        return LibvirtConnection.Open(Uri);
    }

    public string Uri => $"qemu+unix:///system?socket={Directory}/sock/libvirt-sock";

    /// <summary>A directory of the host for this test.</summary>
    public string NewDirectory(string name) => System.IO.Directory.CreateDirectory($"{Directory}/{name}").FullName;

    public void Dispose()
    {
        // unshare takes the first process of the namespace along, and that one all others.
        process?.Kill();
        process?.WaitForExit();
        process?.Dispose();
        TestFolder.Delete(Directory);
    }

    string? Start()
    {
        if (Needed.FirstOrDefault(file => !File.Exists(file)) is { } missing)
            return $"no {missing} here";
        if (Environment.UserName != "root")
            return "a private libvirtd needs root";
        foreach (var each in (string[])["sock", "etc", "lib", "run", "log", "cache"])
            NewDirectory(each);
        File.WriteAllText(
            $"{Directory}/etc/libvirtd.conf",
            $"""
            unix_sock_dir = "{Directory}/sock"
            auth_unix_rw = "none"
            auth_unix_ro = "none"
            host_uuid = "{Guid.NewGuid()}"
            """
        );
        File.WriteAllText(
            $"{Directory}/etc/qemu.conf",
            """
            user = "root"
            group = "root"
            security_driver = "none"
            namespaces = []
            cgroup_controllers = []
            stdio_handler = "file"
            """
        );
        File.WriteAllText(
            $"{Directory}/start.sh",
            $"""
            set -e
            mount --make-rprivate /
            mount -t sysfs sysfs /sys
            mkdir -p /etc/libvirt /run/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt
            mount --bind {Directory}/etc /etc/libvirt
            mount --bind {Directory}/run /run/libvirt
            mount --bind {Directory}/lib /var/lib/libvirt
            mount --bind {Directory}/log /var/log/libvirt
            mount --bind {Directory}/cache /var/cache/libvirt
            hostname localhost
            ip link set lo up
            exec tini -- libvirtd -f {Directory}/etc/libvirtd.conf -p {Directory}/libvirtd.pid
            """
        );
        process = Process.Start(
            new ProcessStartInfo("unshare")
            {
                ArgumentList =
                {
                    "-m",
                    "-u",
                    "-p",
                    "-n",
                    "--fork",
                    "--mount-proc",
                    "--kill-child",
                    "bash",
                    "-c",
                    $"bash {Directory}/start.sh >{Directory}/out.log 2>&1",
                },
            }
        )!;
        return WaitUntilItAnswers();
    }

    string? WaitUntilItAnswers()
    {
        var started = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var connection = LibvirtConnection.Open(Uri);
                return null;
            }
            catch (LibvirtException e) when (started.Elapsed < TimeSpan.FromSeconds(60) && !process!.HasExited)
            {
                _ = e;
                Thread.Sleep(100);
            }
            catch (LibvirtException e)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"libvirtd does not run here: {e.Message} {File.ReadAllText($"{Directory}/out.log")}"
                );
            }
        }
    }
}
