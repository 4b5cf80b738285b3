using Croft.Farms;

namespace Croft.Engines;

/// <summary>A machine as it shall be. All identity is decided; what it is made of is its engine's matter.</summary>
/// <param name="Uuid">Stable for a farm's machine, so that saved memory fits a machine made again.</param>
/// <param name="VirtType"><c>kvm</c>, <c>qemu</c>, …</param>
/// <param name="Image">As the copy that its hypervisor has.</param>
sealed record MachineDefinition(MachineRecord Record, Guid Uuid, MachineSpec Spec, string VirtType, ImageFiles Image);

/// <summary>An image, as engines take it.</summary>
/// <param name="Copy">The same image made in another store has the same id but not the same bytes: it is another copy.</param>
/// <param name="Directory">Where its files are here.</param>
/// <param name="Kernel">Loaded without a boot loader; null boots from the disk.</param>
sealed record ImageFiles(
    string Id,
    string Copy,
    string Directory,
    string Disk,
    string? Kernel,
    string? EfiKernel,
    string? Initrd,
    string? KernelArguments
)
{
    /// <summary>Bytes of the disk as its machine sees it; 0 where nobody knows.</summary>
    public long DiskSize { get; init; }

    /// <summary>The CD that goes with it in one machine; null for none.</summary>
    public ImageFiles? Disc { get; init; }

    /// <summary>Of a container's root file system, the file with its metadata; null where they are one.</summary>
    public string? Metadata { get; init; }

    public IEnumerable<string> Names => new[] { Disk, Kernel, EfiKernel, Initrd }.OfType<string>().Distinct();

    /// <summary>What the name of every copy begins with.</summary>
    public static string CopiesOf(string id) => id[..16];
}

/// <summary>What a guest is told of itself, as text files.</summary>
/// <param name="Folder">One of the user's own, where they may be for a moment.</param>
sealed record SeedFiles(IReadOnlyDictionary<string, string> Files, string Folder);

/// <summary>A change of a machine's definition, which can be undone as long as the machine has not started.</summary>
/// <param name="Record">The machine's, as it was written.</param>
sealed record MachineChange(MachineRecord Record, Func<Task> Undo)
{
    /// <summary>Makes a change. One that fails may have been made all the same, and is undone.</summary>
    public static async Task<MachineChange> MakeAsync(MachineRecord record, Func<Task> make, Func<Task> undo)
    {
        var change = new MachineChange(record, undo);
        try
        {
            await make();
            return change;
        }
        catch
        {
            await change.UndoAsync();
            throw;
        }
    }

    public async Task UndoAsync()
    {
        try
        {
            await Undo();
        }
        catch (CroftException)
        {
            // Where the hypervisor does not answer any more, the machine's claim lapses.
        }
    }
}

/// <summary>How a machine is stopped.</summary>
enum StopBy
{
    /// <summary>Its guest is asked to shut down.</summary>
    Asking,

    /// <summary>
    /// Its power is cut; nothing happens when it is off. Its end has been signalled by then, so that nobody takes it for the end of what
    /// starts next.
    /// </summary>
    Cutting,

    /// <summary>Its reset button is pressed.</summary>
    Resetting,
}

/// <summary>A file that an engine keeps for a machine.</summary>
/// <param name="IsLayer">Whether it stands for a layer.</param>
sealed record MachineFile(string Machine, string Name, long Bytes, bool IsLayer);
