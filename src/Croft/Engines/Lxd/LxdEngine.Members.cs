using System.Collections.Concurrent;
using System.Collections.Immutable;
using Croft.Farms;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>Members of a cluster: their labels, those that do not answer, and what is on them.</summary>
sealed partial class LxdEngine
{
    const string Label = "user.";

    /// <summary>The administrator's own way to choose members.</summary>
    const string Scriptlet = "instances.placement.scriptlet";

    /// <summary>Members that did not answer this command: the cluster itself believes in them for a while.</summary>
    readonly ConcurrentDictionary<string, bool> gone = new(StringComparer.Ordinal);

    readonly SemaphoreSlim choosing = new(1);

    /// <summary>How many instances each member has, with those that it is to have; null until the first is placed.</summary>
    Dictionary<string, int>? taken;

    /// <summary>What a member's own configuration says of it.</summary>
    static ImmutableSortedDictionary<string, string> LabelsOf(Member member) =>
        member
            .Config.Where(c => c.Key.StartsWith(Label, StringComparison.Ordinal))
            .ToImmutableSortedDictionary(c => c.Key[Label.Length..], c => c.Value, StringComparer.Ordinal);

    /// <summary>
    /// The member for a new machine: the one that is asked for, else that with the fewest instances of those that have its labels. The
    /// cluster chooses alike, but all to which it is asked at once get the same one. Null where the cluster has to choose.
    /// </summary>
    async Task<string?> MemberForAsync(MachineSpec machine, CancellationToken cancel)
    {
        if (!IsClustered || machine.Container?.Member is not null)
            return machine.Container?.Member;
        var members = (await CallAsync("listing members", () => MembersAsync(cancel)))
            .Select(m => (Member: m, Labels: LabelsOf(m)))
            .ToList();
        var asked = machine.Require.Where(l => members.Any(m => m.Labels.ContainsKey(l.Key))).ToList();
        if (asked.Count == 0 && (client.Project is not null || server.Config?.ContainsKey(Scriptlet) == true))
            return null; // a project may forbid to choose
        var fit = members
            .Where(m => m.Member.IsOnline && !gone.ContainsKey(m.Member.ServerName))
            .Where(m => asked.Count > 0 ? asked.All(l => m.Labels.GetValueOrDefault(l.Key) == l.Value) : m.Member.TakesAll)
            .Select(m => m.Member)
            .ToList();
        if (fit.Count == 0)
            return null;
        await choosing.WaitAsync(cancel);
        try
        {
            taken ??= (await ListInstancesAsync(cancel)).CountBy(i => i.Location ?? "").ToDictionary(StringComparer.Ordinal);
            var chosen = fit.MinBy(m => (m.Architecture != machine.Arch, taken.GetValueOrDefault(m.ServerName)))!.ServerName;
            taken[chosen] = taken.GetValueOrDefault(chosen) + 1;
            return chosen;
        }
        finally
        {
            choosing.Release();
        }
    }

    /// <summary>What went wrong with a machine that a member was to have which went away over it.</summary>
    async Task<CroftException> WithoutAsync(string member, MachineSpec machine, MachineId id, CroftException cause)
    {
        gone.TryAdd(member, true);
        var isRecorded = (await ListInstancesAsync(CancellationToken.None)).Any(i => i.Name == LxdNames.InstanceOf(id));
        var kept = isRecorded ? $"; the cluster keeps machine {id} there" : "";
        return new(
            FaultKind.World,
            $"member {member} of hypervisor \"{Name}\" went away while making {id}{kept}: {PlainText.Line(cause.InnerException!.Message)}",
            $"when {member} is back, run the command again; if it is gone for good: {Tool} cluster remove --force {member}",
            cause
        )
        {
            IsOfPlace = !isRecorded && machine.Container?.Member is null,
        };
    }

    /// <summary>Gives instances of which the cluster knows no more than the name what their network knows of them.</summary>
    async Task<Instance[]> RememberAsync(Instance[] all, CancellationToken cancel)
    {
        var networks = await ListNetworksAsync(cancel);
        return [.. all.Select(i => i.IsLost && RecordOf(i, networks) is { } known ? i with { Config = Known(known) } : i)];

        static Dictionary<string, string> Known(MachineRecord record) => new() { [LxdNames.Record] = LxdRecord.Write(record) };
    }

    /// <summary>Its network promised it an address; null where none did.</summary>
    static MachineRecord? RecordOf(Instance instance, IEnumerable<NetworkState> networks) =>
        (
            from network in networks
            where network.Farm is not null
            from host in network.Reservations
            where LxdNames.InstanceOf(new(network.Farm!, host.Host)) == instance.Name
            select MachineRecord.Nothing with
            {
                Farm = network.Farm!,
                Owner = network.Owner ?? "",
                Folder = network.Folder ?? "",
                Name = host.Host,
                Platform = "?",
                Target = "?",
                Nics = [new(network.Network ?? "", network.Name, host.Mac, host.Address, null)],
            }
        ).FirstOrDefault();

    /// <summary>Whether something failed since a member of the cluster does not answer.</summary>
    bool IsOfLostMember(CroftException e) =>
        IsClustered && !IsLost && e.InnerException is LxdException { Message: var words } && IsOfLostMember(words);

    static bool IsOfLostMember(string words) =>
        words.Contains("is down", StringComparison.Ordinal)
        || words.Contains("Missing event connection", StringComparison.Ordinal)
        || words.Contains("\"https://", StringComparison.Ordinal) // what it was asked for is handed on to a member, and broke
        || words.Contains("offline", StringComparison.OrdinalIgnoreCase);

    /// <summary>Says what cannot be removed now.</summary>
    /// <param name="lost">Instances of the farm on members that do not answer.</param>
    /// <exception cref="CroftException">A member does not answer.</exception>
    async Task RequireMembersAsync(IEnumerable<Instance> lost, string farm, CancellationToken cancel)
    {
        var gone = (await MembersAsync(cancel)).Where(m => !m.IsOnline).Select(m => m.ServerName).ToList();
        if (gone.Count == 0)
            return;
        string[] left =
        [
            .. lost.Select(i => i.Name),
            .. (await ListManagedAsync(cancel))
                .Where(n => n.Config.GetValueOrDefault(LxdNames.Farm) == farm)
                .Select(n => "network " + NameOf(n)),
        ];
        if (left.Length > 0)
            throw CroftException.World(
                $"member {string.Join(", ", gone)} of hypervisor \"{Name}\" does not answer, so there stay: {string.Join(", ", left)}",
                $"run the command again when it is back; if it is gone for good, remove it first: {Tool} cluster remove --force {gone[0]}"
            );
    }
}
