using Croft.Journal;
using Croft.Tools;

namespace Croft.Engines.Libvirt.States;

/// <summary>
/// Merges frozen disks that no snapshot names any more into the one file that stands on them. A file that several stand on stays, hidden,
/// until one
/// is left. What moves is always the lower file's content, up into the one that stands on it: until that is complete both files say the
/// same as before, so
/// an interruption costs nothing.
/// </summary>
sealed class HiddenFiles(LibvirtStates states, ILibvirtHost host, RunJournal journal)
{
    /// <summary>Merges what can be merged now, and removes what was merged.</summary>
    public async Task MergeAsync(MachineRecord record, CancellationToken cancel)
    {
        var later = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var present = await host.RecordAsync(record.Id.ToString(), cancel);
            var files = await host.DiskFilesAsync(null, cancel);
            var hidden = new SnapshotTree(present, await states.ListAsync(record.Id, cancel), files)
                .Hidden.Select(h => h.File)
                .FirstOrDefault(v => !later.Contains(v) && files.On(v).Count() == 1);
            if (hidden is null)
                return;
            later.Add(hidden);
            if (await TryMergeAsync(record.Name, hidden, files.On(hidden).Single(), files, cancel))
            {
                await host.DeleteVolumeAsync(hidden, cancel);
                later.Clear(); // what stood in the way may be gone
            }
        }
    }

    async Task<bool> TryMergeAsync(string machine, string hidden, string above, DiskFiles files, CancellationToken cancel)
    {
        var onto = files.Below(hidden);
        var writers = await host.WritersAsync(cancel);
        journal.Intent("merge", "volume", $"{hidden} into {above}", host.Name, machine);
        if (writers.TryGetValue(above, out var domain))
        {
            if ((await host.FindAsync(domain, cancel))?.Power != PowerState.Running)
                return false;
            await host.PullAsync(domain, above, onto, cancel);
            await host.RefitAsync(await host.RecordAsync(domain, cancel), null, cancel);
        }
        else if (writers.Keys.Any(top => files.Chain(top).Contains(above)) || !await TryRebaseAsync(above, onto, cancel))
            return false;
        await host.LookAgainAsync(cancel);
        return (await host.DiskFilesAsync(null, cancel)).Below(above) == onto;
    }

    /// <summary>Of a file that no running machine has open; false where it is not this host's or this user's.</summary>
    async Task<bool> TryRebaseAsync(string above, string? onto, CancellationToken cancel)
    {
        if (host.LocalPathOf(above) is not { } path || onto is not null && host.LocalPathOf(onto) is null)
            return false;
        string[] below = onto is null ? ["-b", ""] : ["-b", host.LocalPathOf(onto)!, "-F", Volumes.FormatOf(onto)];
        var result = await new Tool("qemu-img", ["rebase", "-f", "qcow2", .. below, path]).RunAsync(cancel);
        if (result.ExitCode != 0)
        {
            journal.Note(null, null, $"{above} stays as it is: {result.LastWords}");
            return false;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file); // before the lower file goes
        return true;
    }
}
