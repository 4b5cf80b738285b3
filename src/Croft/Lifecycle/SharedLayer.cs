using Croft.Engines;
using Croft.Planning;

namespace Croft.Lifecycle;

/// <summary>
/// The last layer of machines that one entry of the farm file declares by <c>count</c>, on one hypervisor: the first of them restores or
/// makes it, the others are
/// forked from it instead of being provisioned each on its own.
/// </summary>
sealed class SharedLayer(PlannedMachine first)
{
    readonly TaskCompletionSource<StateId?> made = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The machine that makes it.</summary>
    public PlannedMachine First => first;

    /// <summary>For each machine that shares a layer, which; a machine in several projects is one for each.</summary>
    public static IReadOnlyDictionary<(string Machine, string Project), SharedLayer> Of(IEnumerable<PlannedMachine> machines) =>
        (
            from machine in machines
            where machine.Layers is [.., { Key: not null }] && machine.Spec.At is not null && !machine.Spec.Tpm
            group machine by (
                machine.Spec.At,
                machine.Spec.Platform,
                machine.Spec.Target,
                machine.Hypervisor,
                machine.Layers[^1].Key
            ) into same
            where same.Count() > 1
            let layer = new SharedLayer(same.FirstOrDefault(m => m.Layers[^1].Present is not null) ?? same.First())
            from machine in same
            select (machine, layer)
        ).ToDictionary(m => (m.machine.Spec.Name, m.machine.Spec.Parts[0].Project), m => m.layer);

    /// <summary>The first machine has it, or will never; only the first word counts.</summary>
    public void Offer(StateId? layer) => made.TrySetResult(layer);

    /// <summary>Waits for the first machine. Null when it could not make the layer.</summary>
    public Task<StateId?> WaitAsync(CancellationToken cancel) => made.Task.WaitAsync(cancel);
}
