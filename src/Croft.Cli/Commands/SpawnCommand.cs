using System.CommandLine;
using Croft.Cli.Options;
using Croft.Farms;
using Croft.Lifecycle;

namespace Croft.Cli.Commands;

/// <summary>A pool is a farm whose file Croft writes, below the user's own folder; so every other command works on it.</summary>
static class SpawnCommand
{
    static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    public static Command Create(CommandMaker make)
    {
        var words = new Argument<string[]>("MACHINES [-- COMMAND]")
        {
            Description = "Numbers, names or ranges, each with :platform if wanted: 3:f43 vnode4 5-9:d12",
            Arity = ArgumentArity.OneOrMore,
        };
        var stem = new Option<string>("--stem") { Description = "Name of the pool, before the number", DefaultValueFactory = _ => "vnode" };
        var platform = new Option<string>("--platform")
        {
            Description = "Platform of machines that name none",
            DefaultValueFactory = _ => Catalogue.Newest.Name,
        };
        var remove = new Option<bool>("--rm") { Description = "Run the command after -- in each machine, then throw the machines away" };
        var yes = Arguments.Yes();
        return make.Make(
            "spawn",
            "Make a pool of fresh machines from one line; --timeout is how long each may take to answer",
            [words, stem, platform, remove, yes],
            async (session, parsed, cancel) =>
            {
                var all = parsed.GetValue(words)!;
                var command = ExecCommand.AfterDashes(parsed);
                if (parsed.GetValue(remove) != command.Length > 0)
                    throw CroftException.Usage("--rm and a command after -- belong together", "croft spawn 1-3 --rm -- make check");
                var pools = PoolRequest
                    .Parse(all[..^command.Length], parsed.GetValue(stem)!, parsed.GetValue(platform)!, Session.OwnFamilies())
                    .GroupBy(m => m.Stem)
                    .ToList();
                var codes = await Task.WhenAll(
                    pools.Select(pool => SpawnAsync(session, pool.Key, [.. pool], command, parsed.GetValue(yes), cancel))
                );
                return codes.Max();
            },
            timeout: false
        );
    }

    static async Task<int> SpawnAsync(
        Session session,
        string stem,
        IReadOnlyList<PoolMachine> wanted,
        string[] command,
        bool yes,
        CancellationToken cancel
    )
    {
        var path = Path.Combine(session.Pools, stem, FarmFile.Name);
        var names = wanted.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        using var alone = await session.AloneAsync(path, cancel);
        await DeclareAsync(session, stem, File.Exists(path) ? [.. Others(Session.Load(path), names), .. wanted] : wanted, cancel);
        using var openFarm = await OpenFarm.OpenAsync(Session.Load(path), session.Settings, cancel);
        var old = (await Session.MachinesAsync(openFarm, [], cancel)).Where(m => names.Contains(m.Record.Name)).ToList();
        if (old.Count > 0)
        {
            session.Confirm(yes, $"Replacing {string.Join(", ", old.Select(m => m.Record.Name))}");
            await FarmDown.DestroyAsync(openFarm, (await openFarm.ObserveAsync(cancel)).Inventory, old, everything: false, cancel);
        }

        if (command.Length == 0)
            return await UpAsync(session, openFarm, names, cancel);
        try
        {
            var code = await UpAsync(session, openFarm, names, cancel);
            return code != 0
                ? code
                : await ExecCommand.RunAsync(session, openFarm, await Session.MachinesAsync(openFarm, [.. names], cancel), command, cancel);
        }
        finally
        {
            await ThrowAwayAsync(session, openFarm, names);
        }
    }

    static async Task<int> UpAsync(Session session, OpenFarm openFarm, HashSet<string> names, CancellationToken cancel)
    {
        var plan = (await openFarm.PlanAsync(cancel)).Of(names);
        using var view = Progress.Create(session.Terminal, plan.Machines.Select(m => m.Spec.Name));
        var summary = await FarmUp.RunAsync(openFarm, plan, recreate: false, "spawn", view.Follow, view.Images, cancel);
        view.Dispose();
        return UpCommand.Report(session, summary!, cancel);
    }

    /// <summary>Removes machines and that they were declared; the pool goes with its last machine. Also after Ctrl-C.</summary>
    static async Task ThrowAwayAsync(Session session, OpenFarm openFarm, HashSet<string> names)
    {
        var machines = (await Session.MachinesAsync(openFarm, [], CancellationToken.None)).ToLookup(m => names.Contains(m.Record.Name));
        var others = Others(Session.Load(openFarm.Farm.File), names);
        var empty = others.Count == 0 && !machines[false].Any();
        await FarmDown.DestroyAsync(
            openFarm,
            (await openFarm.ObserveAsync(CancellationToken.None)).Inventory,
            [.. machines[true]],
            everything: empty,
            CancellationToken.None
        );
        if (empty)
            Directory.Delete(openFarm.Farm.Directory, recursive: true);
        else
            await DeclareAsync(session, openFarm.Farm.Name, others, CancellationToken.None);
    }

    static Task DeclareAsync(Session session, string stem, IEnumerable<PoolMachine> machines, CancellationToken cancel)
    {
        var folder = Directory.CreateDirectory(Path.Combine(session.Pools, stem));
        return File.WriteAllTextAsync(
            Path.Combine(folder.FullName, FarmFile.Name),
            PoolRequest.FarmText(stem, machines.OrderBy(m => m.Name, StringComparer.Ordinal), session.Timeout ?? Timeout),
            cancel
        );
    }

    /// <summary>The machines that a pool declares, less those of these names.</summary>
    static List<PoolMachine> Others(Farm pool, HashSet<string> names) =>
        [.. pool.Machines.Where(m => !names.Contains(m.Name)).Select(m => new PoolMachine(pool.Name, m.Name, m.Platform))];
}
