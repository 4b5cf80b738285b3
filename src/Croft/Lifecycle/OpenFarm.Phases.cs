using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;
using Croft.Images;
using Croft.Phases;
using Croft.Planning;

namespace Croft.Lifecycle;

/// <summary>The phases of the farm's projects, and the Ansible of this host for each of them.</summary>
public sealed partial class OpenFarm
{
    /// <summary>By the project's name.</summary>
    readonly Dictionary<string, HostAnsible> ansible = new(StringComparer.Ordinal);
    IReadOnlyDictionary<string, PhaseFiles>? taken;

    /// <summary>The Ansible of this host, as a project's phases need it.</summary>
    internal HostAnsible AnsibleOf(string project) =>
        ansible.GetValueOrDefault(project)
        ?? throw CroftException.World("ansible-playbook was not looked for: no phase is an Ansible task list");

    /// <summary>Whether something was installed for Ansible since the last plan may have been made.</summary>
    internal bool HasInstalled { get; private set; }

    /// <summary>Takes the phases for a run: from now on every plan is made of them, whatever becomes of the user's files.</summary>
    /// <returns>By the project's name.</returns>
    internal async Task<IReadOnlyDictionary<string, PhaseFiles>> TakePhasesAsync(CancellationToken cancel)
    {
        taken ??= await ReadPhasesAsync(() => PhaseFiles.TakeAll(Farm, cancel), cancel);
        foreach (var project in Farm.Projects.Where(p => taken[p.Name].HasAnsible))
        {
            if (ansible.GetValueOrDefault(project.Name) is not { IsComplete: true })
                (ansible[project.Name], HasInstalled) = (await FindAnsibleAsync(project, install: true, cancel), true);
        }

        return taken;
    }

    /// <summary>Has all passwords of a run at hand. Croft's own come first, of which one may be missing.</summary>
    /// <param name="isMade">Whether a machine begins with its first boot.</param>
    /// <exception cref="CroftException">One is not there.</exception>
    internal async Task PrepareRunAsync(Plan plan, Func<PlannedMachine, bool> isMade, CancellationToken cancel)
    {
        await PreparePasswordsAsync(plan.Machines, isMade, cancel);
        await AskForAnsibleAsync(cancel);
    }

    /// <summary>Asks people what Ansible asks, once for each ansible.cfg. The phases were taken.</summary>
    /// <exception cref="CroftException">Nobody answers.</exception>
    async Task AskForAnsibleAsync(CancellationToken cancel)
    {
        foreach (var project in Farm.Projects.Where(p => taken![p.Name].HasAnsible))
        {
            var found = ansible[project.Name];
            ansible[project.Name] = ansible.Values.FirstOrDefault(other => other.HasAsked && other.Config == found.Config) is { } asked
                ? found with
                {
                    Answers = asked.Answers,
                }
                : await found.AskAsync(project, cancel);
        }
    }

    async Task<HostAnsible> FindAnsibleAsync(ProjectSpec project, bool install, CancellationToken cancel)
    {
        var found = (await HostAnsible.ReadAsync(project, Settings.Cache, install, cancel)) with { Variables = Settings.Variables };
        return Farm.Machines.Any(m => m.Login.Connection == ConnectionKind.Agent) ? await found.ForAgentsAsync(cancel) : found;
    }

    /// <summary>On another thread, which is left behind when it hangs in a file system that does not answer.</summary>
    static Task<T> ReadPhasesAsync<T>(Func<T> read, CancellationToken cancel) => Task.Run(read, cancel).WaitAsync(cancel);

    /// <summary>What a plan needs to know of this host.</summary>
    async Task<ThisHost> ReadAsync(CancellationToken cancel)
    {
        var phases = taken
            ?? await ReadPhasesAsync(
                () => Farm.Projects.ToDictionary(p => p.Name, p => PhaseFiles.Read(Farm.In(p.Name), cancel), StringComparer.Ordinal),
                cancel
            );
        foreach (var project in Farm.Projects.Where(p => phases[p.Name].HasAnsible && !ansible.ContainsKey(p.Name)))
            ansible[project.Name] = await FindAnsibleAsync(project, install: false, cancel);
        return new(
            phases,
            KnownImages(),
            phases.Values.Any(p => p.HasAnsible) ? LayerTrace.Agreeing(Farm.StateDirectory, Settings.Variables) : null
        );
    }

    sealed record ThisHost(
        IReadOnlyDictionary<string, PhaseFiles> Phases,
        ImmutableDictionary<ImageSpec, StoredImage> Images,
        ImmutableHashSet<string>? Agreeing
    );
}
