using System.Collections.Immutable;
using System.Globalization;
using Croft.Engines;
using Croft.Farms;
using Croft.Images;
using Croft.Journal;
using Croft.Planning;

namespace Croft.Lifecycle;

/// <summary>What is proved and measured of hypervisors before a plan is carried out.</summary>
public sealed partial class OpenFarm
{
    /// <summary>Images that bring a kernel; steps that are made on one leave it as it is.</summary>
    internal static IEnumerable<BuiltImage> Kernels(Farm farm) =>
        farm.Machines.Select(m => m.Image.Origin).OfType<BuiltImage>().Where(image => !image.IsContainer);

    /// <summary>
    /// Refuses a plan that cannot be executed, unless it could be if all acceleration that is offered works: then that is to be proved
    /// first.
    /// </summary>
    /// <exception cref="PlanException">It cannot be executed.</exception>
    internal async Task RefuseHopelessAsync(Plan plan, CancellationToken cancel)
    {
        if (
            !plan.Problems.IsEmpty
            && (
                plan.Seen is not { Unproved.IsEmpty: false } seen
                || !PlanOf(seen.Offered, await ReadAsync(cancel), explain: null).Problems.IsEmpty
            )
        )
            plan.ThrowIfProblems();
    }

    /// <summary>
    /// Proves acceleration on hypervisors that claim it, once for each: with the kernel of an image of the farm, which is built first where
    /// it is missing.
    /// A hypervisor whose claim was not proved yet is planned as if it could only emulate; one for which the farm has no kernel is
    /// believed.
    /// </summary>
    internal async Task ProveAsync(
        ImmutableArray<Offer> unproved,
        RunJournal journal,
        IProgress<ImageProgress> progress,
        CancellationToken cancel
    )
    {
        foreach (var (state, arch) in unproved)
        {
            var image = await Images.EnsureAsync(Kernels(Farm).First(i => i.Arch == arch), progress, cancel);
            try
            {
                journal.Note(
                    null,
                    null,
                    await BootAsync(state, arch, Proofs.Accelerated, image, journal, cancel) is null
                        ? $"{state.Name}: {Proofs.Accelerated} for {arch} is offered but no kernel boots on it; it is not used"
                        : $"{state.Name}: {Proofs.Accelerated} for {arch} works"
                );
            }
            catch (CroftException e) when (!Engine(state.Name).IsLost)
            {
                Settings.Warn(
                    $"{state.Name}: {Proofs.Accelerated} for {arch} is not used this time, and is tried again by the next command: {e.Message}"
                );
            }
        }
    }

    /// <summary>
    /// Measures how fast hypervisors emulate, once for each on which the plan has an emulated machine with a kernel at hand. The next plan
    /// knows it: time-outs are
    /// stretched by it, and dispatch weighs it.
    /// </summary>
    internal Task MeasureAsync(Plan plan, RunJournal journal, CancellationToken cancel) =>
        Task.WhenAll(
            plan.Seen!.Unmeasured.Select(u =>
                    (
                        u.Hypervisor,
                        u.Arch,
                        plan.Machines.FirstOrDefault(m =>
                            m.Hypervisor == u.Hypervisor.Name && m.Spec.Arch == u.Arch && m.VirtType == Proofs.Emulated
                        )?.Spec.Image
                    )
                )
                .Where(u => u.Image?.Origin is BuiltImage)
                .Select(u =>
                    PrepareAsync(
                        u.Hypervisor.Name,
                        async () =>
                        {
                            if (Images.Find(u.Image!) is not { Kernel: not null } image)
                                return;
                            journal.Note(
                                null,
                                null,
                                await MeasureAsync(u.Hypervisor, u.Arch, image, journal, cancel) is { } time
                                    ? string.Create(
                                        CultureInfo.InvariantCulture,
                                        $"{u.Hypervisor.Name}: emulating {u.Arch} boots a kernel in {time.TotalSeconds:0.0} s"
                                    )
                                    : $"{u.Hypervisor.Name}: emulating {u.Arch} boots no kernel in time"
                            );
                        },
                        cancel
                    )
                )
        );

    /// <summary>Emulation that shows nothing in time is slow, whatever the reason is; it is not measured again.</summary>
    async Task<TimeSpan?> MeasureAsync(HypervisorState state, string arch, StoredImage image, RunJournal journal, CancellationToken cancel)
    {
        try
        {
            return await BootAsync(state, arch, Proofs.Emulated, image, journal, cancel);
        }
        catch (CroftException e) when (e.InnerException is TimeoutException)
        {
            proofs.Keep(state, arch, Proofs.Emulated, null);
            return null;
        }
    }

    /// <summary>Boots an image's kernel on a hypervisor and remembers how long that took; null when it got nowhere.</summary>
    /// <exception cref="CroftException">It could not be tried, so nothing is remembered.</exception>
    async Task<TimeSpan?> BootAsync(
        HypervisorState state,
        string arch,
        string virtType,
        StoredImage image,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var engine = Engine(state.Name);
        var took = await engine.ProveAsync(
            arch,
            virtType,
            await engine.EnsureImageAsync(image.ForEngines, journal, null, cancel),
            Settings.Clock,
            cancel
        );
        proofs.Keep(state, arch, virtType, took);
        return took;
    }
}
