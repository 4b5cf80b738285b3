using Croft.Engines;
using Croft.Planning;

namespace Croft.Lifecycle;

/// <summary>Whose the farm is: its folder's, or another one's of the same name.</summary>
public sealed partial class OpenFarm
{
    /// <summary>Makes the owner id at the first <c>up</c>.</summary>
    public string EnsureOwner()
    {
        if (Own.IsNewHere)
            Settings.Warn($"{Farm.Directory} is used by another host, too: commands there and here do not wait for each other");
        return Own.EnsureOwner();
    }

    /// <summary>Makes this folder the one of a farm's owner id, and those no more that were.</summary>
    internal async Task AdoptAsync(string id, IEnumerable<string> others, CancellationToken cancel)
    {
        var original = Own.Original;
        Own.Take(id);
        foreach (var folder in others.Append(original).OfType<string>().Where(Directory.Exists).Distinct())
            await Own.DisownAsync(folder, cancel);
    }

    FarmOwner Own => owner ?? throw new InvalidOperationException("an offline farm is not changed");

    /// <summary>Refuses machines that another folder's farm of this name made.</summary>
    public void CheckOwner(IEnumerable<ExistingMachine> machines)
    {
        if (machines.FirstOrDefault(m => m.Record.Owner != Owner) is { } stranger)
            throw Stranger(
                $"machine \"{stranger.Record.Name}\"",
                Owner is null ? owner?.Original ?? stranger.Record.Folder : stranger.Record.Folder
            );
    }

    /// <summary>Refuses machines that somebody renamed on their hypervisor: nothing would find them there.</summary>
    public static void CheckNames(IEnumerable<ExistingMachine> machines)
    {
        if (machines.FirstOrDefault(m => m.State.NameCure is not null) is { } renamed)
            throw CroftException.World(Planner.Renamed(renamed.State, renamed.Hypervisor), renamed.State.NameCure);
    }

    /// <summary>Refuses networks that another folder's farm of this name made.</summary>
    internal void CheckOwner(Inventory inventory)
    {
        if (inventory.Hypervisors.SelectMany(h => h.Networks).FirstOrDefault(n => n.Farm == Farm.Name && n.Owner != Owner) is { } stranger)
            throw Stranger($"network {stranger.Name}", stranger.Folder ?? "another folder");
    }

    CroftException Stranger(string what, string folder) =>
        CroftException.World(
            $"{what} belongs to the farm \"{Farm.Name}\" {Planner.Whose(folder, Farm)}",
            $"{(folder == Farm.Directory ? "" : $"-f {folder}/farm.yaml means that farm; ")}another name, farm: NAME in {Farm.File}, makes this a farm of its own; croft adopt takes that one over"
        );
}
