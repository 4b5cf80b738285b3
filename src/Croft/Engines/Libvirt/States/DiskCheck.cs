using Croft.Tools;

namespace Croft.Engines.Libvirt.States;

/// <summary>
/// Checks the files of a machine and its snapshots: everything that one stands on is there, and qemu-img finds nothing wrong in any qcow2.
/// </summary>
static class DiskCheck
{
    const int Damaged = 2;

    /// <summary>Space that nobody uses any more, no damage.</summary>
    const int Leaks = 3;

    /// <summary>Checks, as far as this host reaches the files.</summary>
    /// <exception cref="CroftException">A file is missing or damaged: names it.</exception>
    public static async Task RunAsync(ILibvirtHost host, SnapshotTree tree, CancellationToken cancel)
    {
        foreach (var snapshot in tree.Snapshots)
        {
            if (tree.MissingOf(snapshot).FirstOrDefault() is { } missing)
                throw CroftException.World(
                    $"snapshot \"{snapshot.Snapshot.Name}\" of machine \"{snapshot.Snapshot.Record.Name}\" is not whole: {missing} is gone",
                    $"croft snapshot delete {snapshot.Snapshot.Name}"
                );
        }

        foreach (var disk in tree.Snapshots.SelectMany(SnapshotTree.FilesOf).Where(v => Volumes.FormatOf(v) == "qcow2").Distinct())
        {
            if (host.LocalPathOf(disk) is not { } path)
                continue; // not this host's, or not this user's
            var result = await new Tool("qemu-img", "check", "-q", "-U", "-f", "qcow2", path).RunAsync(cancel);
            if (result.ExitCode == Damaged)
                throw CroftException.World($"disk {disk} is damaged: {result.LastWords}", "croft snapshot tree shows what is based on it");
            if (result.ExitCode is not (0 or Leaks))
                throw CroftException.World(
                    $"disk {disk} could not be checked: {result.LastWords}",
                    $"nothing is known to be wrong with it: qemu-img check -U {path} tries again"
                );
        }
    }
}
