using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Croft.Tools;

namespace Croft.Engines.Libvirt;

/// <summary>
/// Networks of a user without root. Each is a folder with a switch's socket, which only the user may open, and a process group that ends as
/// a whole. What the network is, libvirt keeps, as it does with root.
/// </summary>
/// <param name="folder">Of the user's own; it outlives a login.</param>
sealed class UserSwitches(string folder)
{
    /// <summary>Where a program names the libraries that it loads is in its beginning.</summary>
    const int Beginning = 4 << 20;

    const string Packages = "apt install vde2 dnsmasq-base iproute2 util-linux";

    /// <summary>What the path of a Unix socket may take, less what VDE adds to it.</summary>
    const int LongestPath = 107 - 12;

    const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    static readonly TimeSpan StartTime = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20);

    static readonly string[] Programs = ["vde_switch", "slirpvde", "dnsmasq", "unshare", "ip", "flock"];

    static readonly string[] Places = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>The socket of a network's switch, as QEMU takes it; one that others made is itself.</summary>
    public string SocketOf(string network) => network.StartsWith('/') ? network : Path.Combine(FolderOf(network), "net");

    string FolderOf(string network) =>
        Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(network)))[..10]);

    /// <summary>Why networks cannot be made here, to be said after who cannot, with the cure; null when they can.</summary>
    public (string What, string Cure)? Lack()
    {
        if (Programs.Where(p => !Places.Any(place => File.Exists(Path.Combine(place, p)))).ToList() is { Count: > 0 } missing)
            return ($"makes networks with {string.Join(", ", missing)}, which this host has not installed", Packages);
        if (!Places.All(place => KnowsVde(Path.Combine(place, "qemu-system-x86_64"))))
            return ("makes networks by VDE, which its QEMU was built without, as Ubuntu's is", "use a QEMU with VDE, such as Debian's");
        if (Forbidden("/proc/sys/kernel/unprivileged_userns_clone", "0") is { } clone)
            return ("may make no user namespace", $"sysctl {clone}=1 as root");
        if (Forbidden("/proc/sys/user/max_user_namespaces", "0") is { } most)
            return ("may make no user namespace", $"sysctl {most}=10000 as root");
        if (Forbidden("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1") is { } restricted)
            return ("may make no user namespace", $"sysctl {restricted}=0 as root");
        if (!File.Exists("/dev/net/tun"))
            return ("makes networks with /dev/net/tun, which this host does not have", "modprobe tun as root");
        return Encoding.UTF8.GetByteCount(SocketOf("a")) > LongestPath
            ? ($"keeps its networks' sockets in {folder}, whose path is too long for such", "XDG_DATA_HOME with a shorter path")
            : null;
    }

    /// <summary>Whether a QEMU that is there loads VDE's library. To start it and ask takes longer than most commands.</summary>
    internal static bool KnowsVde(string qemu)
    {
        try
        {
            using var file = File.OpenRead(qemu);
            var bytes = new byte[Math.Min(Beginning, file.Length)];
            file.ReadExactly(bytes);
            return bytes.AsSpan().IndexOf("libvdeplug"u8) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true; // nothing is known
        }
    }

    static string? Forbidden(string file, string value)
    {
        try
        {
            return !Environment.IsPrivilegedProcess && File.ReadAllText(file).Trim() == value
                ? file["/proc/sys/".Length..].Replace('/', '.')
                : null;
        }
        catch (IOException)
        {
            return null; // a kernel without it
        }
    }

    /// <summary>Whether Croft started a switch for a network.</summary>
    public bool Has(string network) => Directory.Exists(FolderOf(network));

    /// <summary>Whether a network's switch takes machines.</summary>
    public bool Answers(string network) => Answers(network, "net");

    bool Answers(string network, string what)
    {
        try
        {
            using var door = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            door.Connect(new UnixDomainSocketEndPoint(Path.Combine(FolderOf(network), what, "ctl")));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// Has a network run as it is defined. True when it was started: machines that run are on no switch then until they join it.
    /// </summary>
    /// <param name="xml">Its definition.</param>
    /// <param name="owner">Who joins it, as chown takes it, where that is another user, who may pass the folders then; else null.</param>
    /// <exception cref="CroftException">It does not start.</exception>
    public async Task<bool> EnsureAsync(string network, string xml, string? owner, CancellationToken cancel)
    {
        var place = FolderOf(network);
        var mode = owner is null ? Private : Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(folder, mode);
        Directory.CreateDirectory(place, mode);
        using var alone = await FileLock.EnterAsync(place + ".lock", $"network {network}", cancel);
        var config = SwitchConfig.Of(xml, place);
        var changed = config.Files.Where(f => !IsWritten(Path.Combine(place, f.Key), f.Value)).Select(f => f.Key).ToList();
        foreach (var file in changed)
            Write(Path.Combine(place, file), config.Files[file]);
        if (Answers(network))
        {
            if (changed.Any(SwitchConfig.Live.Contains))
                await TellAsync(place, cancel);
            return false;
        }

        await StartAsync(network, place, config, cancel);
        if (owner is not null)
            await new Tool("chown", "-R", owner, Path.Combine(place, "net")).RunCheckedAsync($"opening network {network} for QEMU", cancel);
        return true;
    }

    static bool IsWritten(string file, string text) => File.Exists(file) && File.ReadAllText(file) == text;

    static void Write(string file, string text)
    {
        using (var writer = new StreamWriter(PrivateFile.Create(file + ".new", FileMode.Create)))
            writer.Write(text);
        File.Move(file + ".new", file, overwrite: true);
    }

    async Task StartAsync(string network, string place, SwitchConfig config, CancellationToken cancel)
    {
        using var told = Waits.For($"network {network}");
        await EndAsync(place, cancel); // what is left of one that is dead
        var script = Path.Combine(place, "switch.sh");
        using (var text = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("farm_switch.sh")!))
            Write(script, await text.ReadToEndAsync(cancel));
        await new Tool(
            "sh",
            "-c",
            "exec >\"$2/log\" 2>&1; setsid sh \"$1\" \"$2\" \"$3\" \"$4\" \"$5\" </dev/null &",
            "sh",
            script,
            place,
            config.Address ?? "-",
            config.Address6 ?? "-",
            config.LeadsOut ? "out" : "-"
        ).RunCheckedAsync($"starting network {network}", cancel);
        if (
            await Poll.UntilAsync(() => Task.FromResult(IsReady(network, place, config) ? "yes" : null), Often, StartTime, cancel)
            is not null
        )
            return;
        var said = File.Exists(Path.Combine(place, "log")) ? await File.ReadAllLinesAsync(Path.Combine(place, "log"), cancel) : [];
        await EndAsync(place, cancel);
        throw CroftException.World(
            $"network {network} did not start within {StartTime.TotalSeconds:0} s: {PlainText.Line(string.Join(" / ", said.TakeLast(3)))}",
            Packages + ", and user namespaces, are what it needs"
        );
    }

    bool IsReady(string network, string place, SwitchConfig config) =>
        Answers(network) && (!config.LeadsOut || Answers(network, "up")) && ServerOf(place) is not null;

    /// <summary>dnsmasq's process, which wrote its id when it was ready.</summary>
    static string? ServerOf(string place)
    {
        try
        {
            var id = File.ReadAllText(Path.Combine(place, "dnsmasq.pid")).Trim();
            return id.Length > 0 && File.ReadAllText($"/proc/{id}/comm").Trim() == "dnsmasq" ? id : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    static async Task TellAsync(string place, CancellationToken cancel)
    {
        if (ServerOf(place) is { } server)
            await new Tool("kill", "-HUP", server).RunAsync(cancel);
    }

    /// <summary>Ends a network; its folder goes.</summary>
    public async Task RemoveAsync(string network, CancellationToken cancel)
    {
        var place = FolderOf(network);
        if (!Directory.Exists(place))
            return;
        using (await FileLock.EnterAsync(place + ".lock", $"network {network}", cancel))
        {
            await EndAsync(place, cancel);
            Directory.Delete(place, recursive: true);
        }

        File.Delete(place + ".lock");
        File.Delete(place + ".lock.holder");
        if (!Directory.EnumerateFileSystemEntries(folder).Any())
            Directory.Delete(folder);
    }

    /// <summary>Ends what lives of a network. Its parts hold its lock, which tells its process group from another of that number.</summary>
    static Task EndAsync(string place, CancellationToken cancel) =>
        new Tool(
            "sh",
            "-c",
            """
            cd "$1" && [ -f lock ] && [ -f group ] || exit 0
            for signal in TERM KILL; do
                flock -n lock true && exit 0
                kill -s $signal -- "-$(cat group)" 2>/dev/null
                flock -w 2 lock true && exit 0
            done
            """,
            "sh",
            place
        ).RunAsync(cancel);
}
