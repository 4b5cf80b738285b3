using System.Xml.Linq;
using Croft.Libvirt;
using Croft.Tools;

namespace Croft.Engines.Libvirt;

sealed partial class LibvirtHost
{
    const DomainUndefineFlags WithAllState =
        DomainUndefineFlags.ManagedSave | DomainUndefineFlags.SnapshotsMetadata | DomainUndefineFlags.Nvram | DomainUndefineFlags.Tpm;

    public Task DefineAsync(DomainDefinition machine, CancellationToken cancel) =>
        CallAsync(
            $"defining machine \"{machine.Record.Name}\"",
            () =>
            {
                using var domain = connection.DefineDomain(DomainXml.Write(machine, PathOf, SocketOf));
                Begin(domain);
            },
            cancel
        );

    public async Task StartAsync(string domain, CancellationToken cancel)
    {
        await RunSwitchesAsync(domain, cancel);
        await OnDomainAsync(
            $"starting {domain}",
            domain,
            d => d.Start(HasNoVariablesYet(d) ? Needed(DomainStartFlags.ResetNvram, "UEFI") : DomainStartFlags.None),
            cancel
        );
    }

    public Task ShutdownAsync(string domain, CancellationToken cancel) =>
        OnDomainAsync(
            $"shutting down {domain}",
            domain,
            d =>
            {
                Keep(d);
                Quietly(() => d.Shutdown());
            },
            cancel
        );

    public async Task PowerOffAsync(string domain, CancellationToken cancel)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await listening.Value.WaitAsync(cancel);
        ends[domain] = heard;
        var wasOn = false;
        await OnDomainAsync(
            $"switching off {domain}",
            domain,
            d =>
            {
                Keep(d);
                Quietly(() =>
                {
                    d.Destroy();
                    wasOn = true;
                });
            },
            cancel
        );
        if (wasOn)
            await Task.WhenAny(heard.Task, Poll.DelayAsync(SignalTime, cancel));
        ends.TryRemove(KeyValuePair.Create(domain, heard));
    }

    public Task ResetAsync(string domain, CancellationToken cancel) => OnDomainAsync($"resetting {domain}", domain, d => d.Reset(), cancel);

    public Task PauseAsync(string domain, CancellationToken cancel) => OnDomainAsync($"pausing {domain}", domain, d => d.Suspend(), cancel);

    public Task ResumeAsync(string domain, CancellationToken cancel) =>
        OnDomainAsync($"resuming {domain}", domain, d => d.Resume(), cancel);

    public Task<Stream> OpenConsoleAsync(string domain, CancellationToken cancel) =>
        CallAsync<Stream>($"opening the console of {domain}", () => Find(domain, d => d.OpenConsole(null, ConsoleFlags.Force)), cancel);

    public Task<Stream> OpenSpareAsync(string domain, CancellationToken cancel) =>
        CallAsync<Stream>($"opening a channel of {domain}", () => Find(domain, d => d.OpenChannel(DomainXml.SpareChannel)), cancel);

    public Task<MachineState?> FindAsync(string domain, CancellationToken cancel) =>
        CallAsync(
            $"reading {domain}",
            () =>
            {
                using var found = connection.FindDomain(domain);
                return found is null ? null : Observe(found, found.State);
            },
            cancel
        );

    public Task UndefineAsync(string domain, CancellationToken cancel) =>
        CallAsync(
            $"removing {domain}",
            () =>
            {
                using var found = connection.FindDomain(domain);
                if (found is null)
                    return;
                Keep(found);
                Quietly(() => found.Destroy());
                found.Undefine(Since.In(connection.LibvirtVersion, WithAllState));
            },
            cancel
        );

    public Task WriteRecordAsync(MachineRecord record, CancellationToken cancel) =>
        OnDomainAsync(
            $"marking {record.Name}",
            record.Id.ToString(),
            d =>
            {
                Keep(d);
                WriteRecord(d, record);
            },
            cancel
        );

    /// <summary>Has a machine start from its disks: it has others now than those that its saved memory belongs to.</summary>
    static void Begin(LibvirtDomain domain)
    {
        if (domain.HasManagedSave)
            domain.ManagedSaveRemove();
    }

    /// <summary>Defines a machine that somebody undefined while it runs: libvirt would forget it when it is off.</summary>
    void Keep(LibvirtDomain domain)
    {
        if (domain.IsActive && !domain.IsPersistent)
            connection.DefineDomain(domain.Xml(DomainXmlFlags.Inactive | DomainXmlFlags.Secure)).Dispose();
    }

    /// <summary>A flag without which something cannot be done.</summary>
    /// <exception cref="CroftException">The hypervisor's libvirt does not know it.</exception>
    DomainStartFlags Needed(DomainStartFlags flag, string what) =>
        Since.Of(flag) <= connection.LibvirtVersion
            ? flag
            : throw CroftException.World(
                $"{what} needs libvirt {Since.Of(flag).ToString(2)}; hypervisor \"{Name}\" has {connection.LibvirtVersion}",
                "upgrade libvirt there, or let the machine boot otherwise: firmware"
            );

    static void WriteRecord(LibvirtDomain domain, MachineRecord record)
    {
        var xml = RecordXml.Write(record, XNamespace.None).ToString();
        var running = domain.IsActive;
        domain.SetMetadata(
            xml,
            RecordXml.Prefix,
            RecordXml.Namespace,
            running ? AffectFlags.Live | AffectFlags.Config : AffectFlags.Config
        );
        if (record.Autostart is { } autostart)
            domain.Autostart = autostart;
    }

    Task OnDomainAsync(string doing, string name, Action<LibvirtDomain> act, CancellationToken cancel, string? left = null) =>
        CallAsync(doing, () => Find(name, domain =>
                {
                    act(domain);
                    return true;
                }), cancel, left);

    T Find<T>(string name, Func<LibvirtDomain, T> ask)
    {
        using var domain = connection.FindDomain(name)
            ?? throw CroftException.World($"hypervisor \"{Name}\" has no machine {name}", "croft ls shows what exists");
        return ask(domain);
    }

    /// <summary>For requests that are pointless, not wrong, when the machine is off already.</summary>
    static void Quietly(Action act)
    {
        try
        {
            act();
        }
        catch (LibvirtException e) when (e.Code is LibvirtError.OperationInvalid or LibvirtError.NoDomain)
        {
            // It is off, or gone.
        }
    }
}
