using System.Globalization;
using System.Text;
using Croft.Engines;
using Croft.Snapshots;

namespace Croft.Cli;

/// <summary>Draws a machine's snapshots as a tree; <c>now</c> is where the machine itself stands.</summary>
static class SnapshotDrawing
{
    /// <summary>Draws it, with a line per snapshot and hidden file.</summary>
    public static string Of(string machine, PowerState power, SnapshotTree tree)
    {
        var text = new StringBuilder().Append(machine).Append('\n');
        Draw(text, tree, null, "", $"now, {power.ToString().ToLowerInvariant()}");
        foreach (var hidden in tree.Hidden)
            text.Append(CultureInfo.InvariantCulture, $"  hidden: {hidden.Volume}, {Size(hidden.Size)}, held by {string.Join(", ", hidden.HeldBy)}\n");
        foreach (var foreign in tree.Foreign)
            text.Append(CultureInfo.InvariantCulture, $"  virsh: {foreign.Name}  {(foreign.Memory ? "memory" : "disk")}, {(foreign.Inside ? "inside the disks of now" : "in files of its own")}, {foreign.Made:yyyy-MM-dd HH:mm:ss}\n");
        return text.ToString();
    }

    static void Draw(StringBuilder text, SnapshotTree tree, StoredSnapshot? parent, string indent, string now)
    {
        var lines = tree.ChildrenOf(parent).Select(s => (Text: Line(tree, s), Snapshot: (StoredSnapshot?)s)).ToList();
        if (tree.Current?.Volume == parent?.Volume)
            lines.Add((now, null));
        for (var i = 0; i < lines.Count; i++)
        {
            var last = i == lines.Count - 1;
            text.Append(indent).Append(last ? "└─ " : "├─ ").Append(lines[i].Text).Append('\n');
            if (lines[i].Snapshot is { } snapshot)
                Draw(text, tree, snapshot, indent + (last ? "   " : "│  "), now);
        }
    }

    static string Line(SnapshotTree tree, StoredSnapshot s) =>
        $"{s.Snapshot.Name}  {(s.Snapshot.Memory is null ? "disk" : "memory")}, {(s.Snapshot.Key is null ? "user" : "layer")}, {s.Snapshot.Made.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}, {Size(tree.SizeOf(s))}";

    static string Size(long bytes) => $"{(bytes + (1 << 19)) >> 20} MiB";
}
