using System.Collections.Concurrent;
using Croft.Engines;
using Croft.Farms;
using Croft.Planning;

namespace Croft.Lifecycle;

/// <summary>Where machines are made in the end: planned again when their place was taken or lost, or was not there yet.</summary>
sealed partial class Execution
{
    const int MostPlaces = 4;

    readonly ConcurrentDictionary<string, Lazy<Task>> entering = new();
    readonly SemaphoreSlim planning = new(1);

    /// <summary>
    /// Makes a machine where it is planned. It is planned again when another controller took its room there, and, where nothing of the
    /// user's is missed, when the hypervisor or the member of a cluster goes away: then on another one, as often as
    /// <c>dispatch.retry</c> says.
    /// </summary>
    /// <param name="make">Makes it as it is planned now; what it began elsewhere is out of reach.</param>
    public async Task PlaceAsync(PlannedMachine machine, bool replaceable, Func<PlannedMachine, Task> make, CancellationToken cancel)
    {
        var name = machine.Spec.Name;
        for (var (taken, lost) = (0, 0); ; )
        {
            try
            {
                await make(machine);
                return;
            }
            catch (NoRoomException e)
            {
                var cause = e.ForPeople();
                if (machine.Existing is not null || ++taken == MostPlaces)
                    throw cause;
                Journal.Note(name, "startup", e.Message);
                machine = await PlanAgainAsync(machine, cause, cancel);
            }
            catch (CroftException e)
            {
                var host = machine.Hypervisor!;
                if (!e.IsOfPlace && await OpenFarm.AnswersAsync(host, cancel))
                    throw;
                var cause = e.IsOfPlace ? e : Lost(host, e);
                if (!replaceable || ++lost > OpenFarm.Farm.Dispatch.Retry)
                    throw cause;
                machine = await PlanAgainAsync(machine, cause, cancel);
                var what = e.IsOfPlace ? e.Message : $"hypervisor \"{host}\" went away";
                Journal.Note(name, "startup", $"{what}; placed again on \"{machine.Hypervisor}\"");
            }
        }
    }

    /// <summary>What went wrong with a machine, told so that its hypervisor is named as the cause.</summary>
    static CroftException Lost(string hypervisor, CroftException e) =>
        e.Message.Contains($"hypervisor \"{hypervisor}\"", StringComparison.Ordinal)
            ? e
            : CroftException.World($"hypervisor \"{hypervisor}\" went away: {e.Message}", IEngine.LostHint, e);

    async Task<PlannedMachine> PlanAgainAsync(PlannedMachine machine, CroftException cause, CancellationToken cancel)
    {
        await planning.WaitAsync(cancel);
        try
        {
            var name = machine.Spec.Name;
            var plan = await OpenFarm.PlanAsync(cancel);
            var again = plan.Machines.First(m => m.Spec.Name == name);
            if (again.Existing is not null)
                throw cause;
            if (again.Hypervisor is not { } host)
                throw CroftException.World(
                    $"{cause.Message}; machine \"{name}\" fits no other hypervisor: {again.Reason}",
                    cause.Hint,
                    cause
                );
            Replan([again], host, plan);
            await OpenFarm.OpenWayAsync(host, cancel);
            await MakeNetworksAsync(host, plan, r => r.Host == name, cancel);
            return again;
        }
        finally
        {
            planning.Release();
        }
    }

    /// <summary>The machine in a further project, with what an earlier one left.</summary>
    public async Task<PlannedMachine> NextAsync(PlannedMachine machine, CancellationToken cancel)
    {
        await planning.WaitAsync(cancel);
        try
        {
            var name = machine.Spec.Name;
            var now = (await OpenFarm.PlanAsync(cancel)).Machines.First(m => m.Spec.Name == name);
            return (Inner.Has(now.Hypervisor) ? now with { Layers = [], Further = [] } : now).In(machine.Spec.Parts[0].Project);
        }
        finally
        {
            planning.Release();
        }
    }

    /// <summary>
    /// Waits for the hypervisor of a machine where that is another machine of the plan. Returns the machine as it is planned by what is
    /// there then. It has no
    /// layers: they would go with that machine's next restore.
    /// </summary>
    /// <exception cref="CroftException">The hypervisor did not become ready, or the machine has no place in it.</exception>
    public async Task<PlannedMachine> EnterAsync(PlannedMachine machine, CancellationToken cancel)
    {
        await entering
            .GetOrAdd(machine.Hypervisor!, name => new(() => EnterAsync(OpenFarm.Farm.Hypervisors.First(h => h.Name == name), cancel)))
            .Value;
        return Plan.Machines.First(m => m.Spec.Name == machine.Spec.Name) is { Hypervisor: not null } there
            ? there
            : throw CroftException.World($"machine \"{machine.Spec.Name}\" has no place there", NoRoomException.Hint);
    }

    async Task EnterAsync(HypervisorSpec inner, CancellationToken cancel)
    {
        if (!await Inner.ReadyAsync(inner.Name, cancel))
            throw CroftException.World($"its hypervisor, machine \"{inner.Machine}\", did not become ready");
        var host = Plan.Machines.First(m => m.Spec.Name == inner.Machine);
        var state = host.Existing
            ?? new(
                new MachineId(OpenFarm.Farm.Name, inner.Machine!).ToString(),
                host.Uuid,
                PowerState.Running,
                host.Spec.Vcpus,
                host.Spec.Memory,
                null
            );
        await OpenFarm.EnterAsync(
            inner,
            new(host.Hypervisor!, state with { Record = RecordOf(inner.Machine!) }),
            host.Spec.ConnectionTimeout,
            cancel
        );
        await planning.WaitAsync(cancel);
        try
        {
            var plan = await OpenFarm.PlanAsync(cancel);
            if (!plan.Problems.IsEmpty)
                throw CroftException.World(string.Join("; ", plan.Problems), "croft plan tells all");
            var wanted = Plan.Machines.Where(m => m.Hypervisor == inner.Name).Select(m => m.Spec.Name).ToHashSet(StringComparer.Ordinal);
            Replan(
                [.. plan.Machines.Where(m => wanted.Contains(m.Spec.Name)).Select(m => m with { Layers = [], Further = [] })],
                inner.Name,
                plan
            );
            await MakeNetworksAsync(inner.Name, plan, _ => true, cancel);
        }
        finally
        {
            planning.Release();
        }
    }

    /// <summary>Makes the networks of a later plan on a hypervisor, with some of their reservations, and publishes them.</summary>
    async Task MakeNetworksAsync(string hypervisor, Plan later, Func<Reservation, bool> wanted, CancellationToken cancel)
    {
        var rest = new List<Func<CancellationToken, Task>>();
        foreach (var network in later.Networks.Where(n => IsFor(hypervisor, n)))
            rest.Add(
                await OpenFarm
                    .Engine(hypervisor)
                    .EnsureNetworkAsync(
                        network with
                        {
                            Definition = network.Definition with { Reservations = [.. network.Definition.Reservations.Where(wanted)] },
                        },
                        owner,
                        Journal,
                        cancel
                    )
            );
        await PublishAsync(rest, cancel);
    }

    /// <summary>Whether it is a hypervisor's own network, or one that is made beside it.</summary>
    bool IsFor(string hypervisor, PlannedNetwork network) =>
        network.Hypervisor == hypervisor
        || Plan.Machines.Any(m =>
            m.Hypervisor == hypervisor && m.Nics.Any(n => n.Parent is not null && n.Bridge == network.Definition.Name)
        );

    /// <summary>Takes machines of a later plan over into this one.</summary>
    void Replan(IReadOnlyCollection<PlannedMachine> machines, string hypervisor, Plan later)
    {
        Plan = Plan.With(machines, hypervisor, later);
        foreach (var machine in machines)
        {
            if (machine.Existing?.Record is { } record)
                records[machine.Spec.Name] = record;
            else
                records.TryRemove(machine.Spec.Name, out _);
            if (machine.Hypervisor is not null)
                Journal.Machine(
                    machine.Spec.Name,
                    machine.Spec.Platform,
                    machine.Spec.Target,
                    machine.Spec.Arch,
                    machine.Hypervisor,
                    machine.Nics.FirstOrDefault()?.Address?.ToString(),
                    ProjectsOf(OpenFarm.Farm, machine)
                );
        }
    }
}
