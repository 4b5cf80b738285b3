namespace Croft.Farms;

/// <summary>A place in a farm file; line and column count from 1.</summary>
/// <param name="File">The file as it is shown: relative to the farm file's folder, or the full path.</param>
public sealed record Location(string File, int Line, int Column)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}:{Column}";
}

/// <summary>
/// One thing that is wrong with what the user wrote, as <c>farm.yaml:14:9: vms.list[2].platform: no platform "debain_12"; did you mean
/// "debian_12"?</c>.
/// </summary>
/// <param name="At">Where it was written; null when it stands in no file.</param>
/// <param name="Path">The path of keys, such as <c>vms.list[2].platform</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Hint">What to write instead, or the next step.</param>
/// <param name="IsWorld">Whether the world refuses what is written well: no room, a name or address in use.</param>
public sealed record Problem(Location? At, string Path, string Message, string? Hint = null, bool IsWorld = false)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{(At is null ? "" : At + ": ")}{(Path.Length == 0 ? "" : Path + ": ")}{Message}{(Hint is null ? "" : "; " + Hint)}";
}
