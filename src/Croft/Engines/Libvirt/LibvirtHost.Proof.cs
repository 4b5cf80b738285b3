using System.Text;
using System.Xml.Linq;
using Croft.Farms;
using Croft.Libvirt;
using Croft.Tools;

namespace Croft.Engines.Libvirt;

sealed partial class LibvirtHost
{
    static readonly TimeSpan ProofTime = TimeSpan.FromSeconds(20);

    public async Task<TimeSpan?> ProveAsync(string arch, string virtType, string kernel, TimeProvider clock, CancellationToken cancel)
    {
        var name = $"croft-proof-{Guid.NewGuid():n}";
        var log = name + ".log";
        await CreateFileAsync(log, 0, cancel);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var told = Waits.For($"the proof that {virtType} works on hypervisor \"{Name}\"");
        using var watch = await WatchAsync(
            name,
            signal => _ = signal is MachineSignal.Stopped or MachineSignal.HostLost && stopped.TrySetResult(),
            cancel
        );
        try
        {
            var start = clock.GetTimestamp();
            if (!await StartsAsync(virtType, type => ProofXml(name, arch, type, PathOf(kernel), PathOf(log)), cancel))
                return null;
            await stopped.Task.WaitAsync(ProofTime, clock, cancel);
            var took = clock.GetElapsedTime(start);
            return Encoding.UTF8.GetString(await DownloadAsync(log, 0, cancel) ?? []).Contains("Kernel panic", StringComparison.Ordinal)
                ? took
                : null;
        }
        catch (TimeoutException e)
        {
            // Also a busy host has written a line by then; where acceleration is broken, the processor stands before the first.
            return await DownloadAsync(log, 0, cancel) is not { Length: > 0 }
                ? null
                : throw CroftException.World(
                    $"a kernel by {virtType} on hypervisor \"{Name}\" did not end within {ProofTime.TotalSeconds:0} s",
                    cause: e
                );
        }
        finally
        {
            await CallAsync("ending the proof", () => Quietly(() => connection.FindDomain(name)?.Destroy()), CancellationToken.None);
            await DeleteVolumeAsync(log, CancellationToken.None);
        }
    }

    /// <summary>Starts a proof's machine; false where QEMU ends at once and would not, if it emulated the same machine.</summary>
    async Task<bool> StartsAsync(string virtType, Func<string, string> xmlFor, CancellationToken cancel)
    {
        Task Start(string type) =>
            CallAsync(
                $"starting the proof of {type}",
                () => connection.CreateDomain(xmlFor(type), DomainStartFlags.AutoDestroy).Dispose(),
                cancel
            );
        try
        {
            await Start(virtType);
            return true;
        }
        catch (CroftException e) when (virtType != "qemu" && !IsLost)
        {
            try
            {
                await Start("qemu");
            }
            catch (CroftException) when (!cancel.IsCancellationRequested)
            {
                throw e; // nothing starts there, so it is no fault of acceleration's
            }

            return false;
        }
    }

    static string ProofXml(string name, string arch, string virtType, string kernel, string log)
    {
        var machine = Architecture.Of(arch);
        return new XElement(
            "domain",
            new XAttribute("type", virtType),
            new XElement("name", name),
            new XElement("memory", new XAttribute("unit", "MiB"), 256),
            new XElement("vcpu", 1),
            new XElement(
                "os",
                new XElement("type", new XAttribute("arch", arch), new XAttribute("machine", machine.MachineType), "hvm"),
                new XElement("kernel", kernel),
                new XElement("cmdline", $"console={machine.Console} panic=-1 root=/dev/none")
            ),
            DomainXml.Features(arch, virtType, Firmware.Kernel),
            DomainXml.Cpu(null, arch, virtType),
            new XElement("on_reboot", "destroy"),
            new XElement("on_crash", "destroy"),
            new XElement(
                "devices",
                new XElement(
                    "serial",
                    new XAttribute("type", "file"),
                    new XElement("source", new XAttribute("path", log), new XAttribute("append", "on")),
                    new XElement("target", new XAttribute("port", 0))
                ),
                new XElement("controller", new XAttribute("type", "usb"), new XAttribute("model", "none")),
                new XElement("memballoon", new XAttribute("model", "none"))
            )
        ).ToString();
    }
}
