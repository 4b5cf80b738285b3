using Croft.Engines;
using Croft.Guests;
using Croft.Lifecycle;
using Croft.Tests.Simulated;
using Croft.Tools;

namespace Croft.Tests.Engines;

/// <summary>Commands over an engine that knows no libvirt: nothing of it is missed.</summary>
public sealed class AFarmWithoutLibvirt
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ComesUpRunsIsListedAndGoes()
    {
        using var farm = await SimulatedFarm.MakeAsync(
            1,
            1,
            "  list: [ { name: a, platform: p, firmware: bios }, { name: b, platform: p, firmware: bios } ]"
        );
        using var openFarm = await OpenFarm.OpenAsync(
            farm.Farm,
            farm.Settings with
            {
                Clock = TimeProvider.System,
                Backends = new Nothing(),
            },
            Cancel
        );
        var up = await FarmUp.RunAsync(
            openFarm,
            await openFarm.PlanAsync(Cancel),
            recreate: false,
            "up",
            _ => { },
            SimulatedFarm.Silent,
            Cancel
        );
        Assert.Equal("2 passed", up!.Counts + string.Concat(up.Machines.Where(m => !m.IsGood).Select(m => $"; {m.Worst?.Reason}")));
        Assert.Equal(["a Running", "b Running"], (await openFarm.ListAsync(Cancel)).Select(m => $"{m.Record.Name} {m.State.Power}"));
        var run = await FarmRun.RunAsync(
            openFarm,
            await openFarm.PlanAsync(Cancel),
            RunOptions.Default with
            {
                Fresh = true,
            },
            _ => { },
            SimulatedFarm.Silent,
            null,
            Cancel
        );
        Assert.Equal("2 passed", run.Counts);
        Assert.Equal("startup, shutdown", string.Join(", ", run.Machines[0].Steps.Select(s => s.Name)));
        await FarmDown.DestroyAsync(
            openFarm,
            (await openFarm.ObserveAsync(Cancel)).Inventory,
            [.. await openFarm.ListAsync(Cancel)],
            everything: true,
            Cancel
        );
        Assert.Empty(await openFarm.ListAsync(Cancel));
    }

    [Fact]
    public async Task IsToldWhatItsEngineCannotDo()
    {
        using var farm = await SimulatedFarm.MakeAsync(1, 1, "  list: [ { name: a, platform: p, firmware: uefi } ]");
        using var openFarm = await OpenFarm.OpenAsync(
            farm.Farm,
            farm.Settings with
            {
                Clock = TimeProvider.System,
                Backends = new Nothing(),
            },
            Cancel
        );
        Assert.Contains("has neither UEFI nor TPMs to choose", Assert.Single((await openFarm.PlanAsync(Cancel)).Problems).Message);
    }

    sealed class Nothing : IBackends
    {
        readonly NullEngine engine = new("h0");

        public Task<IEngine> ConnectAsync(string name, string uri, Settings settings, TimeSpan within, CancellationToken cancel) =>
            Task.FromResult<IEngine>(engine);

        public IGuest GuestOf(string hypervisor, GuestAccess access, SshFiles files) => new NullGuest(access);

        public Task<string> UserKeyAsync(string file, CancellationToken cancel) => Task.FromResult("ssh-ed25519 AAAAuseruseruseruser");

        public Task<KeyPair> MakeKeyAsync(string folder, CancellationToken cancel) =>
            Task.FromResult(
                new KeyPair(
                    "-----BEGIN OPENSSH PRIVATE KEY-----\nnone\n-----END OPENSSH PRIVATE KEY-----\n",
                    "ssh-ed25519 AAAAhosthosthost"
                )
            );
    }

    sealed class NullGuest(GuestAccess access) : IGuest, IGuestShell
    {
        public GuestAccess Access => access;

        public Task<string> GreetingAsync(Action<string> seen, CancellationToken cancel) => Task.FromResult("SSH-2.0-nobody");

        public Task PortAsync(int port, Action<string> seen, CancellationToken cancel) => Task.CompletedTask;

        public Task<(IGuestShell? Shell, string? Refusal)> TryOpenAsync(TimeProvider clock, CancellationToken cancel) =>
            Task.FromResult<(IGuestShell?, string?)>((this, null));

        public Task<ToolResult> RunAsync(GuestCommand command, CancellationToken cancel) => Task.FromResult(new ToolResult(0, "", ""));

        public Task<string?> SyncAsync(CancellationToken cancel) => Task.FromResult<string?>(null);

        public Task<bool> IsConnectedAsync(CancellationToken cancel) => Task.FromResult(true);

        public Task CloseAsync(CancellationToken cancel) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
