using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>An LXD or Incus of a test's own; its own client is the second opinion.</summary>
/// <param name="title">As its makers call it.</param>
sealed class ContainerService(string title)
{
    /// <summary>Of a script that finds no packages.</summary>
    const int NoPackages = 75;

    readonly string folder = Path.Combine(Path.GetTempPath(), $"croft-{title.ToLowerInvariant()}-{Environment.ProcessId}");

    string Scheme => title.ToLowerInvariant();

    /// <summary>A Debian with Incus in it, which later runs use again.</summary>
    static string Root => Path.Combine(Lab.Cache, "incus");

    bool IsIncus => title == "Incus";

    public string Uri => $"{Scheme}://{folder}/unix.socket";

    /// <summary>Its client, as people type it.</summary>
    public string Tool => IsIncus ? "incus" : "lxc";

    /// <summary>To clients that are restricted to projects, too.</summary>
    public bool ShowsNetworks => IsIncus;

    /// <summary>The words that have it trust whoever shows the token that they print, in a project alone.</summary>
    public string[] TokenFor(string project) =>
        ["config", "trust", "add", .. IsIncus ? ["test"] : (string[])["--name", "test"], "--projects", project, "--restricted"];

    static string Script(string name) => Path.Combine(AppContext.BaseDirectory, name);

    /// <summary>Starts it, or skips the test.</summary>
    public async Task UpAsync(CancellationToken cancel)
    {
        if (!IsIncus && !File.Exists("/usr/bin/lxd"))
            Assert.Skip("LXD is not installed, or this system has no package of it");
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("a daemon of one's own needs root");
        if (IsIncus)
            await HaveRootAsync(cancel);
        string[] root = IsIncus ? [Root] : [];
        await new Tool("bash", [Script("lxd-host.sh"), "up", folder, .. root]).RunCheckedAsync($"starting {title}", cancel);
    }

    static async Task HaveRootAsync(CancellationToken cancel)
    {
        if (!File.Exists("/usr/bin/mmdebstrap"))
            Assert.Skip("Incus needs a Debian of its own: mmdebstrap is not installed");
        var made = await new Tool("bash", Script("incus-root.sh"), Root).RunAsync(cancel);
        Assert.SkipWhen(made.ExitCode == NoPackages, $"packages of Incus are not at hand: {made.Error}");
        Assert.True(made.ExitCode == 0, made.Error);
    }

    /// <summary>Runs its own client. Returns what that printed.</summary>
    public async Task<string> ClientAsync(params string[] arguments) =>
        await (
            new Tool(IsIncus ? Path.Combine(Root, "usr/bin/incus") : "lxc", arguments) with
            {
                Environment = new Dictionary<string, string?>
                {
                    ["LXD_DIR"] = folder,
                    ["INCUS_DIR"] = folder,
                    ["INCUS_CONF"] = folder + ".client",
                },
            }
        ).RunCheckedAsync(Tool, TestContext.Current.CancellationToken);

    /// <summary>Gives each user a project of an Incus; a network is to be there.</summary>
    public Task HaveUsersAsync() =>
        new Tool("bash", Script("lxd-host.sh"), "users", folder).RunCheckedAsync("giving users projects", CancellationToken.None);

    public async Task DownAsync()
    {
        if (Directory.Exists(folder))
            await new Tool("bash", Script("lxd-host.sh"), "down", folder).RunAsync(CancellationToken.None);
    }
}
