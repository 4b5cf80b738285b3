using System.Collections.Immutable;
using Croft.Engines;
using Croft.Images;

namespace Croft.Lifecycle;

/// <summary>
/// Finds and removes base images that nobody used for long: of this user, and copies in the pools of a farm's hypervisors.
/// </summary>
public static class ImageGc
{
    /// <summary>Finds what was not used since then; changes nothing. What the farm declares is in use.</summary>
    public static async Task<ImmutableArray<Leftover>> FindAsync(OpenFarm openFarm, DateTimeOffset before, CancellationToken cancel)
    {
        var declared = openFarm
            .Farm.Machines.SelectMany(m => m.Images)
            .Distinct()
            .Select(openFarm.Images.Find)
            .OfType<StoredImage>()
            .Select(i => i.Id)
            .ToHashSet(StringComparer.Ordinal);
        var own = openFarm.Images.List();
        var copies = await Task.WhenAll(
            openFarm
                .Engines.Keys.Order(StringComparer.Ordinal)
                .Select(async hypervisor =>
                    await openFarm.AskAsync(hypervisor, async engine =>
                        (IReadOnlyList<Leftover>)await engine.UnusedImagesAsync([.. own.Select(i => i.Id)], before, cancel)
                    ) ?? []
                )
        );
        return
        [
            .. own.Where(i => i.LastUsed < before && !declared.Contains(i.Id))
                .Select(i => new Leftover(
                    "",
                    LeftoverKind.Image,
                    i.Id,
                    i.Bytes,
                    $"{i.Name}{(i.Arch is null ? "" : " " + i.Arch)}, last used {i.LastUsed:yyyy-MM-dd HH:mm}"
                )),
            .. copies.SelectMany(c => c),
        ];
    }

    /// <summary>Removes what was found. Copies on which a machine stands by now, or of an image whose machines still run, stay.</summary>
    public static async Task RemoveAsync(OpenFarm openFarm, IEnumerable<Leftover> found, CancellationToken cancel)
    {
        foreach (var leftover in found)
        {
            if (leftover.Kind == LeftoverKind.Image)
                openFarm.Images.Remove(leftover.Name);
            foreach (var engine in openFarm.Engines.Values.Where(e => leftover.Hypervisor.Length == 0 || e.Name == leftover.Hypervisor))
                await engine.RemoveAsync(leftover, cancel);
        }
    }
}
