using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Lifecycle;
using Croft.Tests.Farms;
using Croft.Tests.Simulated;
using Croft.Tools;

namespace Croft.Tests.Engines;

/// <summary>Guests whose host key Croft did not give.</summary>
public sealed class HostKeysOfTheirOwn : IDisposable
{
    const string First = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJj2Y6jFSm4xDIF6VVFCtS1o8Cn8OGlRAGEVuMBgWPD";
    const string Second = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIINAIwiNlGWulqK1xhdIpsVc2dbj0zkaadPAAfIZuWrO";

    readonly TemporaryFolder folder = new();
    readonly Backends backends = new();
    readonly List<string> warned = [];
    string[] notes = [];

    public void Dispose() => folder.Dispose();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AreLearntAtFirstSightOnNetworksOfCroftsAndCheckedFromThenOn()
    {
        Assert.Equal("passed", await UpAsync(""));
        Assert.Equal(First, await KeyAsync());
        Assert.Contains("at first sight, on network default", Assert.Single(warned));

        backends.Key = Second;
        await backends.Engine.StopAsync(new("f", "a"), StopBy.Cutting, Cancel);
        Assert.Contains("another host key than the machine had before", await UpAsync("connection_timeout: 1s"));
        Assert.Equal(First, await KeyAsync());
        Assert.Equal("passed", await UpAsync("", accepts: true));
        Assert.Equal(Second, await KeyAsync());
    }

    [Fact]
    public async Task AreTakenOnNetworksOfOthersWhereSomebodyVouches()
    {
        var refused = await UpAsync("networks: [ lan ]");
        Assert.Contains(
            "brings a host key of its own, on network lan, which others made",
            Assert.Single(notes, n => n.Contains("host key", StringComparison.Ordinal))
        );
        Assert.Contains("nobody vouches for its host key: ssh-ed25519 SHA256:", refused);
        Assert.Contains("at 192.0.2.7:22, on a network that others made", refused);
        Assert.Equal("", await KeyAsync());
        folder.Write("known", $"192.0.2.7 {First}\n");
        Assert.Equal("passed", await UpAsync("networks: [ lan ]"));
        Assert.Equal(First, await KeyAsync());
    }

    [Fact]
    public async Task AreKnownByHashedNamesAndNotWhereTheyAreRevoked()
    {
        foreach (var accepts in (bool[])[false, true])
        {
            folder.Write("known", $"@revoked 192.0.2.7 {First}\n");
            Assert.Contains($"is revoked in {Path.Combine(folder.Path, "known")}", await UpAsync("networks: [ lan ]", accepts));
        }

        folder.Write("known", $"@cert-authority 192.0.2.7 {First}\n");
        Assert.Contains("nobody vouches for its host key", await UpAsync("networks: [ lan ]"));
        Assert.Equal("", await KeyAsync());
        var known = folder.Write("known", $"192.0.2.7 {First}\n");
        await new Tool("ssh-keygen", "-q", "-H", "-f", known).RunCheckedAsync("hashing", Cancel);
        Assert.DoesNotContain("192.0.2.7", await File.ReadAllTextAsync(known, Cancel), StringComparison.Ordinal);
        Assert.Equal("passed", await UpAsync("networks: [ lan ]"));
    }

    [Fact]
    public async Task AreRefusedWhereTheFarmFileSaysAnother()
    {
        Assert.Contains("host key", await UpAsync($"host_key: {Second}\n      connection_timeout: 1s"));
        Assert.Equal("passed", await UpAsync($"host_key: {First}"));
    }

    async Task<string?> KeyAsync() => (await backends.Engine.FindAsync(new("f", "a"), Cancel))?.Record?.HostKey;

    async Task<string> UpAsync(string keys, bool accepts = false)
    {
        using var farm = await SimulatedFarm.MakeAsync(1, 1, "  list: [ { name: x, platform: p } ]");
        var image = ((FileImage)farm.Farm.Machines[0].Image).File;
        var file = folder.Write(
            "farm.yaml",
            $"""
            farm: f
            hypervisors: {"{"} h0: {"{"} uri: qemu+tcp://h0/system, jump: [] {"}"} {"}"}
            networks: {"{"} default: {"{"} cidr: 10.1.0.0/24 {"}"}, lan: {"{"} mode: bridge, bridge: br0 {"}"} {"}"}
            platforms: {"{"} p: {"{"} image: {"{"} file: {image} {"}"} {"}"} {"}"}
            vms:
              list:
                - name: a
                  platform: p
                  first_boot: none
                  {keys}
            """
        );
        using var openFarm = await OpenFarm.OpenAsync(
            FarmFile.Read(file, Reading.Defaults).Require(),
            farm.Settings with
            {
                Clock = TimeProvider.System,
                Backends = backends,
                AcceptsHostKeys = accepts,
                KnownHosts = Path.Combine(folder.Path, "known"),
                Warn = warned.Add,
            },
            Cancel
        );
        var plan = await openFarm.PlanAsync(Cancel);
        notes = [.. plan.Notes];
        var up = await FarmUp.RunAsync(openFarm, plan, recreate: false, "up", _ => { }, SimulatedFarm.Silent, Cancel);
        return up!.Machines[0].IsGood ? "passed" : up.Machines[0].Worst!.Reason!;
    }

    sealed class Backends : IBackends
    {
        public NullEngine Engine { get; } = new("h0");

        public string Key { get; set; } = First;

        public Task<IEngine> ConnectAsync(string name, string uri, Settings settings, TimeSpan within, CancellationToken cancel) =>
            Task.FromResult<IEngine>(Engine);

        public IGuest GuestOf(string hypervisor, GuestAccess access, SshFiles files) => new OwnGuest(access, Key);

        public Task<string> UserKeyAsync(string file, CancellationToken cancel) => Task.FromResult("ssh-ed25519 AAAAuseruseruseruser");

        public Task<KeyPair> MakeKeyAsync(string folder, CancellationToken cancel) => Task.FromResult(new KeyPair("", Second));
    }

    sealed class OwnGuest(GuestAccess access, string key) : IGuest, IGuestShell
    {
        public GuestAccess Access => access;

        public Task<string> GreetingAsync(Action<string> seen, CancellationToken cancel) => Task.FromResult("SSH-2.0-own");

        public Task PortAsync(int port, Action<string> seen, CancellationToken cancel) => Task.CompletedTask;

        public Task<string?> HostKeyAsync(CancellationToken cancel) => Task.FromResult<string?>(key);

        public Task<(IGuestShell? Shell, string? Refusal)> TryOpenAsync(TimeProvider clock, CancellationToken cancel) =>
            Task.FromResult<(IGuestShell?, string?)>(access.HostKey == key ? (this, null) : (null, "Host key verification failed."));

        public Task<ToolResult> RunAsync(GuestCommand command, CancellationToken cancel) => Task.FromResult(new ToolResult(0, "", ""));

        public Task<bool> IsConnectedAsync(CancellationToken cancel) => Task.FromResult(true);

        public Task CloseAsync(CancellationToken cancel) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
