using System.Reflection;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Lifecycle;
using Croft.Phases;
using Croft.Planning;
using Croft.Testing;
using Croft.Tests.Simulated;

namespace Croft.Tests.Guests;

/// <summary>The phase <c>main</c> of a simulated machine, run in guests of the test's choice.</summary>
sealed class LyingPhase : IDisposable
{
    readonly OpenFarm openFarm;
    readonly Execution execution;
    readonly PhaseFiles files;
    readonly AsyncLocal<IGuest?> guest;

    LyingPhase(OpenFarm openFarm, Execution execution, PhaseFiles files, AsyncLocal<IGuest?> guest) =>
        (this.openFarm, this.execution, this.files, this.guest) = (openFarm, execution, files, guest);

    public string Folder => execution.Journal.Folder.ArtifactsPath("a");

    public void Dispose()
    {
        execution.Dispose();
        openFarm.Dispose();
        foreach (var left in Directory.GetDirectories("/tmp", $"croft-{PhaseMark.Of(execution.Journal.Folder, Phase.Main)}-*")) // guests that are this host
            TestFolder.Delete(left);
    }

    public static async Task<LyingPhase> MakeAsync(SimulatedFarm farm, TimeProvider clock)
    {
        await farm.UpAsync();
        var guest = new AsyncLocal<IGuest?>();
        LyingPhase? made = null;
        await farm.Simulation.Clock.RunAsync(
            async () =>
            {
                var openFarm = await OpenFarm.OpenAsync(
                    farm.Farm,
                    farm.Settings with
                    {
                        Clock = clock,
                        Backends = new ChosenGuests(new SimulatedBackends(farm.Simulation), guest),
                    },
                    CancellationToken.None
                );
                var plan = await openFarm.PlanAsync(CancellationToken.None);
                var execution = await Execution.PrepareAsync(
                    openFarm,
                    plan,
                    "run",
                    _ => false,
                    _ => { },
                    SimulatedFarm.Silent,
                    CancellationToken.None
                );
                made = new(openFarm, execution, PhaseFiles.Read(farm.Farm, CancellationToken.None), guest);
            },
            TimeSpan.FromHours(1)
        );
        return made!;
    }

    public async Task RunAsync(IGuest chosen, IGuestShell? shell, Action<string> remark, CancellationToken cancel)
    {
        guest.Value = chosen;
        var machine = execution.Plan.Machines[0];
        var runner = new PhaseRunner(execution, files, (_, _) => { });
        await runner.RunAsync(machine, runner.Find(Phase.Main, machine.Spec)!, shell, remark, cancel);
    }

    sealed class ChosenGuests(IBackends world, AsyncLocal<IGuest?> guest) : IBackends
    {
        public async Task<IEngine> ConnectAsync(string name, string uri, Settings settings, TimeSpan within, CancellationToken cancel)
        {
            var engine = DispatchProxy.Create<IEngine, Running>();
            ((Running)(object)engine).Set(await world.ConnectAsync(name, uri, settings, within, cancel), () => guest.Value is not null);
            return engine;
        }

        public IGuest GuestOf(string hypervisor, GuestAccess access, SshFiles files) =>
            guest.Value ?? world.GuestOf(hypervisor, access, files);

        public Task<string> UserKeyAsync(string file, CancellationToken cancel) => world.UserKeyAsync(file, cancel);

        public Task<KeyPair> MakeKeyAsync(string folder, CancellationToken cancel) => world.MakeKeyAsync(folder, cancel);
    }

    /// <summary>An engine whose machines run, once real time counts.</summary>
#pragma warning disable CA1852 // proxies are made by inheritance
    public class Running : DispatchProxy
#pragma warning restore CA1852
    {
        IEngine? engine;
        Func<bool>? isReal;

        internal void Set(IEngine inner, Func<bool> real) => (engine, isReal) = (inner, real);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            isReal!() && targetMethod!.Name == nameof(IEngine.FindAsync)
                ? Task.FromResult<MachineState?>(new("f.a", Guid.Empty, PowerState.Running, 1, 1, null))
                : targetMethod!.Invoke(engine, args);
    }
}
