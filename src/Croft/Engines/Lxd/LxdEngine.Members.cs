using System.Collections.Immutable;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>Members of a cluster: their labels, those that do not answer, and what is on them.</summary>
sealed partial class LxdEngine
{
    const string Label = "user.";

    /// <summary>What a member's own configuration says of it.</summary>
    static ImmutableSortedDictionary<string, string> LabelsOf(Member member) =>
        member
            .Config.Where(c => c.Key.StartsWith(Label, StringComparison.Ordinal))
            .ToImmutableSortedDictionary(c => c.Key[Label.Length..], c => c.Value, StringComparer.Ordinal);

    /// <summary>The member with the fewest instances of those that have the labels; null where it makes no difference.</summary>
    async Task<string?> MemberWithAsync(IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        if (!IsClustered || labels.Count == 0)
            return null;
        var members = (await CallAsync("listing members", () => MembersAsync(cancel)))
            .Select(m => (Member: m, Labels: LabelsOf(m)))
            .ToList();
        var asked = labels.Where(l => members.Any(m => m.Labels.ContainsKey(l.Key))).ToList();
        var fit = members
            .Where(m => m.Member.IsOnline && asked.All(l => m.Labels.GetValueOrDefault(l.Key) == l.Value))
            .Select(m => m.Member.ServerName)
            .ToList();
        if (asked.Count == 0 || fit.Count == 0)
            return null;
        var taken = (await ListInstancesAsync(cancel)).CountBy(i => i.Location ?? "").ToDictionary(StringComparer.Ordinal);
        return fit.MinBy(m => taken.GetValueOrDefault(m));
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
                $"run the command again when it is back; if it is gone for good, remove it first: lxc cluster remove --force {gone[0]}"
            );
    }
}
