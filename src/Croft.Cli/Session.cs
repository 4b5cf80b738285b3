using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using Croft.Cli.Options;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Lifecycle;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Cli;

/// <summary>One call of the program: its options, its terminal, its settings, the farm it is about.</summary>
sealed class Session(ParseResult parsed, GlobalOptions options, Terminal terminal)
{
    const int LongestTime = 720 * 3600;

    readonly HashSet<string> warned = new(StringComparer.Ordinal);
    Settings? settings;

    public Terminal Terminal => terminal;

    public Settings Settings =>
        settings ??= FindSurroundings() with
        {
            Warn = Warn,
            IsLocked = parsed.GetValue(options.Locked),
            Secrets = new(Variable, (what, cancel) => terminal.AskSecret(what, cancel)),
        };

    public string Output => parsed.GetValue(options.Output)!;

    public bool Verbose => parsed.GetValue(options.Verbose);

    public static bool IsRoot => geteuid() == 0;

    /// <summary>This host's LXD or Incus; null where there is none.</summary>
    public static string? ContainersHere => Settings.ContainersHere(Variable("LXD_DIR"), Variable("INCUS_DIR"));

    /// <summary>Folder of the pools that <c>spawn</c> makes; each is a farm.</summary>
    public string Pools => Path.Combine(Settings.Data, "pools");

    public static FarmDefaults Defaults { get; } =
        FarmDefaults.For(IsRoot) with
        {
            ContainerUri = Settings.ContainerUri(Variable("LXD_DIR"), Variable("INCUS_DIR")),
            Catalog = OwnCatalog(),
            Configuration = Path.Combine(Own("XDG_CONFIG_HOME", ".config"), "config.yaml"),
            Platforms = Path.Combine(Own("XDG_DATA_HOME", ".local/share"), "platforms"),
        };

    /// <summary>What the user wrote for all farms and pools.</summary>
    public static UserConfiguration User => UserConfiguration.Read(Defaults);

    /// <summary>The farm file that is meant; null when there is none.</summary>
    public string? FarmPath()
    {
        if (parsed.GetValue(options.Farm) is not { } asked)
            return FarmFile.Find(Here());
        var pool = Path.Combine(Pools, asked, FarmFile.Name);
        return File.Exists(asked) ? Path.GetFullPath(asked)
            : Directory.Exists(asked) ? Path.Combine(Path.GetFullPath(asked), FarmFile.Name)
            : File.Exists(pool) ? pool
            : throw CroftException.Usage($"there is no farm file {asked}, and no pool of that name", "croft init writes a farm file");
    }

    static string Here()
    {
        try
        {
            return Environment.CurrentDirectory;
        }
        catch (FileNotFoundException e)
        {
            throw CroftException.Usage("the folder that you stand in is gone", "cd to one that is there", e);
        }
    }

    /// <summary>Reads the farm.</summary>
    /// <exception cref="PlanException">It has problems: all of them.</exception>
    public Farm LoadFarm() =>
        Load(
            FarmPath()
                ?? throw CroftException.Usage("there is no farm.yaml here or in a folder above", "croft init writes one; -f FILE names one")
        );

    public static Farm Load(string path) => Good(FarmFile.Read(path, Defaults));

    /// <summary>The farm of what was read.</summary>
    /// <exception cref="PlanException">It has problems: all of them.</exception>
    public static Farm Good(FarmReading reading) => reading.Problems.IsEmpty ? reading.Farm! : throw new PlanException(reading.Problems);

    /// <summary>
    /// Waits until no other command changes a farm, and keeps others from it until disposed. The kernel ends that with the program, however
    /// it ends.
    /// </summary>
    public Task<FileLock> AloneAsync(string farm, CancellationToken cancel) =>
        FileLock.EnterAsync(
            Path.Combine(Path.GetDirectoryName(farm)!, ".croft/lock"),
            $"croft {parsed.CommandResult.Command.Name}",
            cancel,
            holder => terminal.Say($"Another croft command changes this farm: {holder}; waiting for it.")
        );

    /// <summary>Reads the farm and connects to its hypervisors; names those that do not answer, since what they hold is not seen.</summary>
    public Task<OpenFarm> OpenAsync(CancellationToken cancel) => OpenAsync(acceptsHostKeys: false, cancel);

    public Task<OpenFarm> OpenAsync(bool acceptsHostKeys, CancellationToken cancel) =>
        OpenFarm.OpenAsync(LoadFarm(), Settings with { AcceptsHostKeys = acceptsHostKeys }, cancel);

    /// <summary>As <see cref="OpenAsync"/>; without a farm file, the local hypervisor with a farm that owns nothing.</summary>
    public Task<OpenFarm> OpenHereAsync(CancellationToken cancel) =>
        FarmPath() is not null
            ? OpenAsync(cancel)
            : OpenFarm.OpenAsync(
                FarmFile.ReadText("farm: nobody", Path.Combine(Settings.Data, FarmFile.Name), Defaults).Require(),
                Settings,
                cancel
            );

    /// <summary>The farm's machines that exist, as selected.</summary>
    /// <exception cref="CroftException">Another folder's farm of this name made them.</exception>
    public static async Task<IReadOnlyList<ExistingMachine>> MachinesAsync(
        OpenFarm openFarm,
        IReadOnlyList<string> selection,
        CancellationToken cancel
    ) => Select(openFarm, [.. (await OfNameAsync(openFarm, cancel)).Where(m => !m.IsSuperfluous)], selection);

    /// <summary>The farm's machines that exist, as selected, with those of which a newer one is elsewhere.</summary>
    /// <exception cref="CroftException">Another folder's farm of this name made them.</exception>
    public static async Task<IReadOnlyList<ExistingMachine>> EveryMachineAsync(
        OpenFarm openFarm,
        IReadOnlyList<string> selection,
        CancellationToken cancel
    ) => Select(openFarm, await OfNameAsync(openFarm, cancel), selection);

    static IReadOnlyList<ExistingMachine> Select(
        OpenFarm openFarm,
        IReadOnlyList<ExistingMachine> machines,
        IReadOnlyList<string> selection
    )
    {
        openFarm.CheckOwner(machines);
        var chosen = Selection.Of(selection, machines, m => (m.Record.Name, m.Record.Platform, m.Record.Target, m.Hypervisor));
        OpenFarm.CheckNames(chosen);
        return chosen;
    }

    /// <summary>All machines that carry the farm's name, whoever made them, in declared order.</summary>
    public static async Task<IReadOnlyList<ExistingMachine>> OfNameAsync(OpenFarm openFarm, CancellationToken cancel)
    {
        var all = (await openFarm.ListAsync(cancel)).Where(m => m.Record.Farm == openFarm.Farm.Name).ToList();
        if (openFarm.Farm.Hypervisors.All(h => h.Machine is not null || openFarm.Silent.ContainsKey(h.Name)))
            throw CroftException.World($"no hypervisor of the farm answers: {string.Join("; ", openFarm.Silent.Values)}");
        var order = openFarm.Farm.Machines.Select((m, i) => (m.Name, i)).ToDictionary(m => m.Name, m => m.i, StringComparer.Ordinal);
        return
        [
            .. all.OrderBy(m => order.GetValueOrDefault(m.Record.Name, int.MaxValue)).ThenBy(m => m.Record.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The one machine that is meant, with OpenSSH's files up to date. Looks in the farm, then in the pools.</summary>
    public async Task<(OpenFarm OpenFarm, ExistingMachine Machine)> FindAsync(string name, CancellationToken cancel)
    {
        var here = parsed.GetValue(options.Farm) is null && FarmPath() is null ? null : FarmPath();
        string[] candidates = here is null ? [.. PoolFiles()] : [here, .. parsed.GetValue(options.Farm) is null ? PoolFiles() : []];
        CroftException? unseen = null;
        foreach (var path in candidates)
        {
            OpenFarm? openFarm = null;
            ExistingMachine? found = null;
            try
            {
                openFarm = await OpenFarm.OpenAsync(Load(path), Settings, cancel);
                var machines = await OfNameAsync(openFarm, cancel);
                if (machines.FirstOrDefault(m => m.Record.Name == name && !m.IsSuperfluous) is { } there)
                {
                    openFarm.CheckOwner(machines);
                    OpenFarm.CheckNames([there]);
                    openFarm.WriteSshConfig(machines.Where(m => !m.IsSuperfluous));
                    return (openFarm, found = there);
                }
            }
            catch (CroftException e) when (path == here && openFarm is not null && path != candidates[^1])
            {
                unseen ??= e; // the machine may be in one of the others
            }
            catch (Exception e) when (path != here && (e is CroftException or PlanException))
            {
                unseen ??= CroftException.World(
                    $"machine \"{name}\" may be one of {path}, but: {e.Message}",
                    (e as CroftException)?.Hint,
                    e
                );
            }
            finally
            {
                if (found is null)
                    openFarm?.Dispose();
            }
        }

        throw unseen
            ?? CroftException.Usage($"there is no machine \"{name}\"", "croft ls shows what exists; croft up makes what the farm declares");
    }

    /// <summary>Names what is wrong with the hosts before anything starts there, and which machines exist twice.</summary>
    public void Warn(Plan plan)
    {
        foreach (var fault in plan.HostFaults)
            Warn(fault.ToString());
        foreach (var machine in plan.Superfluous)
            Warn(machine.ToString());
        foreach (var note in plan.Notes)
            Warn(note);
    }

    /// <summary>Once for each thing: a farm and its pools share hypervisors.</summary>
    void Warn(string text)
    {
        lock (warned)
        {
            if (warned.Add(text))
                terminal.Say($"Warning: {text}");
        }
    }

    IEnumerable<string> PoolFiles() =>
        Directory.Exists(Pools)
            ? Directory
                .EnumerateDirectories(Pools)
                .Order(StringComparer.Ordinal)
                .Select(d => Path.Combine(d, FarmFile.Name))
                .Where(File.Exists)
            : [];

    /// <summary>Ends questions to the user, too.</summary>
    public CancellationToken Cancel { get; set; }

    /// <summary>Refuses to go on without a yes: asks on a terminal, needs <c>--yes</c> elsewhere.</summary>
    public void Confirm(bool yes, string what)
    {
        if (yes)
            return;
        if (!terminal.CanAsk)
            throw CroftException.Usage($"{what} needs confirmation", "--yes confirms it");
        if (!terminal.Ask(what + "?", Cancel))
            throw new OperationCanceledException();
    }

    /// <summary>A time such as <c>90s</c>, <c>10m</c>, <c>1h</c> or a number of seconds.</summary>
    public static TimeSpan ParseTime(string text)
    {
        var unit = text.Length > 0 && char.IsAsciiLetter(text[^1]) ? text[^1] : 's';
        var factor = unit switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => 0,
        };
        var digits = text.Length > 0 && char.IsAsciiLetter(text[^1]) ? text[..^1] : text;
        return
            double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * factor is > 0 and <= LongestTime
            ? TimeSpan.FromSeconds(number * factor)
            : throw CroftException.Usage($"\"{text}\" is no time", "write 90s, 10m or 1h; at most 720h");
    }

    public TimeSpan? Timeout => parsed.GetValue(options.Timeout) is { } text ? ParseTime(text) : null;

    [SuppressMessage("ApiDesign", "RS0030", Justification = "the program reads the environment and hands values on")]
    static Settings FindSurroundings()
    {
        var data = Folder("XDG_DATA_HOME") ?? Path.Combine(Home(), ".local/share");
        var cache = Folder("XDG_CACHE_HOME") ?? Path.Combine(Home(), ".cache");
        var given = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") ?? "";
        var own = Path.Combine(given, "croft");
        var runtime =
            IsFolder(given) && SshFiles.IsShort(own) ? own
            : IsRoot ? "/run/croft"
            : $"/tmp/croft-{geteuid()}";
        return new(
            Path.Combine(data, "croft"),
            Path.Combine(cache, "croft"),
            runtime,
            Defaults.LocalUri,
            Path.Combine(data, "croft/disks"),
            TimeProvider.System
        )
        {
            SessionRefusal = SessionRefusalFor(given),
            RemoteFolders = RemoteFolders(),
            Variables = Environment
                .GetEnvironmentVariables()
                .Cast<System.Collections.DictionaryEntry>()
                .ToImmutableDictionary(variable => (string)variable.Key, variable => (string)variable.Value!),
            GuestfsKernel = Variable("SUPERMIN_KERNEL") is { Length: > 0 } kernel ? kernel : null,
            Program = Environment.ProcessPath ?? "croft",
            KnownHosts = Path.Combine(HomeOrNowhere(), ".ssh/known_hosts"),
            HostId =
                File.Exists("/etc/machine-id") && File.ReadAllText("/etc/machine-id").Trim() is { Length: > 0 } id
                    ? id
                    : Environment.MachineName,
        };
    }

    /// <summary>The user's own files of the image catalogue: <c>~/.config/croft/catalog/*.yaml</c>.</summary>
    static ImmutableArray<string> OwnCatalog()
    {
        var folder = Path.Combine(Own("XDG_CONFIG_HOME", ".config"), "catalog");
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Croft's folder among the user's of one kind; one that is nowhere where the user has none.</summary>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "as above")]
    static string Own(string variable, string below) => Path.Combine(Folder(variable) ?? Path.Combine(HomeOrNowhere(), below), "croft");

    [SuppressMessage("ApiDesign", "RS0030", Justification = "as above")]
    static string HomeOrNowhere() =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify) is var home
        && Path.IsPathFullyQualified(home)
            ? home
            : "/nowhere";

    /// <summary>Where lxc and incus keep their remotes; the snap's lxc has a home of its own.</summary>
    static IReadOnlyList<string> RemoteFolders()
    {
        var configuration = Folder("XDG_CONFIG_HOME") ?? Path.Combine(HomeOrNowhere(), ".config");
        return
        [
            Folder("LXD_CONF") ?? Path.Combine(configuration, "lxc"),
            Path.Combine(HomeOrNowhere(), "snap/lxd/common/config"),
            Folder("INCUS_CONF") ?? Path.Combine(configuration, "incus"),
        ];
    }

    [SuppressMessage("ApiDesign", "RS0030", Justification = "as above")]
    public static string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    /// <summary>A folder that the user names; a relative one counts as none, as the XDG specification has it.</summary>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "as above")]
    static string? Folder(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } path && Path.IsPathFullyQualified(path) ? path : null;

    [SuppressMessage("ApiDesign", "RS0030", Justification = "as above")]
    static string Home()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return Path.IsPathFullyQualified(home)
            ? home
            : throw CroftException.World(
                home.Length == 0
                    ? "HOME is not set, and the system knows no home of this user"
                    : $"HOME is \"{home}\", which is no full path",
                "export HOME=/full/path, where Croft keeps its key, images and disks"
            );
    }

    static bool IsFolder(string path) => Path.IsPathFullyQualified(path) && Directory.Exists(path);

    static CroftException? SessionRefusalFor(string runtime) =>
        runtime.Length == 0 ? CroftException.World("XDG_RUNTIME_DIR is not set", RuntimeHint)
        : IsFolder(runtime) ? null
        : CroftException.World(
            $"XDG_RUNTIME_DIR is {runtime}, which is {(Path.IsPathFullyQualified(runtime) ? "no folder" : "no full path")}",
            RuntimeHint
        );

    static string RuntimeHint =>
        $"log in as this user instead of su; or, as root: install -d -m 700 -o {Environment.UserName} /run/user/{geteuid()}, then export XDG_RUNTIME_DIR=/run/user/{geteuid()}";

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern uint geteuid();
}
