using System.Globalization;
using System.Text;
using Croft.Engines;

namespace Croft.Cli;

/// <summary>Draws a machine's snapshots as a tree; <c>now</c> is where the machine itself stands.</summary>
static class SnapshotDrawing
{
    /// <summary>Draws it, with a line per snapshot and hidden file.</summary>
    public static string Of(string machine, PowerState power, StateTree tree)
    {
        var text = new StringBuilder().Append(machine).Append('\n');
        Draw(text, tree, null, "", $"now, {power.ToString().ToLowerInvariant()}");
        foreach (var hidden in tree.Hidden)
            text.Append(
                CultureInfo.InvariantCulture,
                $"  hidden: {hidden.File}, {Size(hidden.Size) ?? "size unknown"}, held by {string.Join(", ", hidden.HeldBy)}\n"
            );
        foreach (var foreign in tree.Foreign)
            text.Append(
                CultureInfo.InvariantCulture,
                $"  virsh: {foreign.Name}  {(foreign.HasMemory ? "memory" : "disk")}, {(foreign.IsInside ? "inside the disks of now" : "in files of its own")}, {foreign.Made:yyyy-MM-dd HH:mm:ss}\n"
            );
        return text.ToString();
    }

    static void Draw(StringBuilder text, StateTree tree, KeptState? parent, string indent, string now)
    {
        var lines = tree.Children[parent?.Id].Select(s => (Text: Line(s), Snapshot: (KeptState?)s)).ToList();
        if (tree.Current?.Id == parent?.Id)
            lines.Add((now, null));
        for (var i = 0; i < lines.Count; i++)
        {
            var last = i == lines.Count - 1;
            text.Append(indent).Append(last ? "└─ " : "├─ ").Append(lines[i].Text).Append('\n');
            if (lines[i].Snapshot is { } snapshot)
                Draw(text, tree, snapshot, indent + (last ? "   " : "│  "), now);
        }
    }

    static string Line(KeptState s) =>
        $"{s.Name}  {(s.HasMemory ? "memory" : "disk")}, {(s.Key is null ? "user" : "layer")}, {s.Made.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}, {Size(s.Size) ?? "size unknown"}";

    /// <summary>How much a snapshot takes, in MiB; null where nobody knows.</summary>
    public static string? Size(long? bytes) => bytes is { } known ? $"{(known + (1 << 19)) >> 20} MiB" : null;
}
