namespace Croft.Engines.Libvirt;

/// <summary>A file of the pool.</summary>
/// <param name="Backing">What it stands on; null when on nothing.</param>
/// <param name="Allocation">Bytes it takes.</param>
/// <param name="Changed">When it was last written to.</param>
sealed record DiskFile(string Name, string? Backing, long Allocation, DateTimeOffset Changed = default);

/// <summary>The files of a hypervisor's pool, and what stands on what: as the files say, whoever made them.</summary>
sealed class DiskFiles(IReadOnlyDictionary<string, DiskFile> files)
{
    readonly ILookup<string, string> onTop = files
        .Values.Where(f => f.Backing is not null)
        .ToLookup(f => f.Backing!, f => f.Name, StringComparer.Ordinal);

    public IEnumerable<string> Names => files.Keys;

    public long Size(string name) => files.TryGetValue(name, out var file) ? file.Allocation : 0;

    public DateTimeOffset Changed(string name) => files.TryGetValue(name, out var file) ? file.Changed : default;

    /// <summary>The files that stand directly on this one.</summary>
    public IEnumerable<string> On(string name) => onTop[name].Order(StringComparer.Ordinal);

    /// <summary>The file that this one stands on; null when on nothing.</summary>
    public string? Below(string name) => files.TryGetValue(name, out var file) ? file.Backing : null;

    /// <summary>
    /// The file and all that it stands on, top first. Files that are missing are in it; none is twice, whatever the files say.
    /// </summary>
    public IEnumerable<string> Chain(string name)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (string? file = name; file is not null && seen.Add(file); file = Below(file))
            yield return file;
    }

    public bool Has(string name) => files.ContainsKey(name);
}
