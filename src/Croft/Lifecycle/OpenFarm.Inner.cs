using System.Collections.Concurrent;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>The hypervisors that are machines of the farm: libvirt in them is reached by Croft's own ssh, as their guests are.</summary>
public sealed partial class OpenFarm
{
    static readonly TimeSpan EnterPause = TimeSpan.FromSeconds(1);

    /// <summary>The machines that were entered, by the hypervisor they are.</summary>
    readonly ConcurrentDictionary<string, ExistingMachine> entered = new(StringComparer.Ordinal);

    /// <summary>The machine that a hypervisor is, as it was when it was entered; null when it is a host outside, or does not run.</summary>
    internal ExistingMachine? HostOf(string hypervisor) => entered.GetValueOrDefault(hypervisor);

    /// <summary>Connects to those that run, the outer ones first. One that does not answer takes no part, as any other.</summary>
    async Task EnterAllAsync(CancellationToken cancel)
    {
        foreach (var depth in Farm.InnerHypervisors.GroupBy(h => h.Depth).OrderBy(g => g.Key))
        {
            var running = (await ListAsync(cancel))
                .Where(m => m.Record.Farm == Farm.Name && m.Record.Owner == Owner && m.State.Power == PowerState.Running)
                .ToLookup(m => m.Record.Name);
            await Task.WhenAll(from inner in depth from host in running[inner.Machine!].Take(1) select TryEnterAsync(inner, host));
        }

        async Task TryEnterAsync(HypervisorSpec inner, ExistingMachine host)
        {
            try
            {
                await EnterAsync(inner, host, cancel);
            }
            catch (CroftException e)
            {
                Miss(inner.Name, e);
            }
        }
    }

    /// <summary>Connects to one whose machine is ready, as soon as libvirt answers in it.</summary>
    /// <exception cref="CroftException">It does not in time.</exception>
    internal async Task EnterAsync(HypervisorSpec inner, ExistingMachine host, TimeSpan within, CancellationToken cancel)
    {
        if (engines.TryGetValue(inner.Name, out var known) && !known.IsLost)
            return;
        CroftException? last = null;
        using var told = Waits.For($"libvirt in machine \"{inner.Machine}\"", () => last?.Message);
        var answer = await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    await EnterAsync(inner, host, cancel);
                    return "yes";
                }
                catch (CroftException e)
                {
                    last = e;
                    return null;
                }
            },
            EnterPause,
            within,
            Settings.Clock,
            cancel
        );
        if (answer is null)
            throw CroftException.World(
                $"machine \"{inner.Machine}\" runs, but {last!.Message}",
                "packages of its image: libvirt-daemon-system, qemu-system-x86, qemu-utils, dnsmasq-base, iptables; or install them in its dependencies phase",
                last
            );
        silent.TryRemove(inner.Name, out _);
    }

    async Task EnterAsync(HypervisorSpec inner, ExistingMachine host, CancellationToken cancel)
    {
        var access = AccessOf(host.Hypervisor, host.Record)
            ?? throw CroftException.World($"machine \"{inner.Machine}\" has no address that Croft knows", "give it a network with a cidr");
        var way = SshConfig.WriteWay(access, Ssh);
        if (engines.TryRemove(inner.Name, out var lost))
            lost.Dispose();
        engines[inner.Name] = await Settings.ConnectAsync(
            inner.Name,
            $"{inner.Uri}?command={Uri.EscapeDataString(way.Program)}",
            inner.ConnectionTimeout,
            cancel
        );
        entered[inner.Name] = host;
    }

    /// <summary>Ends all connections into a machine that goes away.</summary>
    internal async Task LeaveAsync(string machine, CancellationToken cancel)
    {
        foreach (var inner in Farm.InnerHypervisors.Where(h => h.Machine == machine))
        {
            foreach (var deeper in entered.Where(e => e.Value.Hypervisor == inner.Name).Select(e => e.Value.Record.Name))
                await LeaveAsync(deeper, cancel);
            if (engines.TryRemove(inner.Name, out var engine))
                engine.Dispose();
            if (entered.TryRemove(inner.Name, out var host) && AccessOf(host.Hypervisor, host.Record) is { } access)
                await new Guest(access, Ssh.Through(machine)).CloseAsync(cancel);
        }
    }

    /// <summary>The farm's machines that run in a machine.</summary>
    internal async Task<IReadOnlyList<ExistingMachine>> RunningInAsync(string machine, CancellationToken cancel)
    {
        var running = new List<ExistingMachine>();
        foreach (var inner in Farm.InnerHypervisors.Where(h => h.Machine == machine))
        {
            var machines = await AskAsync(inner.Name, async engine => (IReadOnlyList<MachineState>)await engine.ListMachinesAsync(cancel))
                ?? [];
            running.AddRange(machines.Where(m => m.Record?.Farm == Farm.Name && m.IsOn).Select(m => new ExistingMachine(inner.Name, m)));
        }

        return running;
    }
}
