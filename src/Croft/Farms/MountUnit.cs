using System.Text;

namespace Croft.Farms;

/// <summary>The systemd unit that mounts a disk at each boot, for guests without cloud-init.</summary>
static class MountUnit
{
    /// <summary>Its name, as systemd makes it of the folder: <c>srv-data.mount</c>.</summary>
    public static string NameOf(string path, string kind = "mount")
    {
        var name = new StringBuilder();
        foreach (var c in path.Trim('/'))
            name.Append(
                c == '/' ? "-"
                : char.IsAsciiLetterOrDigit(c) || c is ':' or '_' || (c == '.' && name.Length > 0) ? c.ToString()
                : $"\\x{(int)c:x2}"
            );
        return $"{name}.{kind}";
    }

    /// <summary>Its text.</summary>
    public static string TextOf(string device, string path, string format, string? options = null) =>
        $"[Mount]\nWhat={device}\nWhere={path}\nType={format}\n{(options is null ? "" : $"Options={options}\n")}\n[Install]\nRequiredBy=local-fs.target\n";

    /// <summary>Of swap.</summary>
    public static string SwapOf(string device) => $"[Swap]\nWhat={device}\n\n[Install]\nRequiredBy=swap.target\n";
}
