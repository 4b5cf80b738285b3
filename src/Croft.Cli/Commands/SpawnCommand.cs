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
        var words = new Argument<string[]>("MACHINES [-- COMMAND]") { Description = "Numbers, names or ranges, each with :platform if wanted: 3:debian_13 vnode4 5-9:d12", Arity = ArgumentArity.OneOrMore };
        var stem = new Option<string>("--stem") { Description = "Name of the pool, before the number", DefaultValueFactory = _ => "vnode" };
        var platform = new Option<string>("--platform") { Description = "Platform of machines that name none", DefaultValueFactory = _ => Catalogue.Newest.Name };
        var remove = new Option<bool>("--rm") { Description = "Run the command after -- in each machine, then throw the machines away" };
        var yes = Arguments.Yes();
        return make.Make("spawn", "Make a pool of fresh machines from one line; --timeout is how long each may take to answer", [words, stem, platform, remove, yes], async (session, parsed, cancel) =>
        {
            var all = parsed.GetValue(words)!;
            var command = ExecCommand.AfterDashes(parsed);
            if (parsed.GetValue(remove) != command.Length > 0)
                throw CroftException.Usage("--rm and a command after -- belong together", "croft spawn 1-3 --rm -- make check");
            var pools = PoolRequest.Parse(all[..^command.Length], parsed.GetValue(stem)!, parsed.GetValue(platform)!).GroupBy(m => m.Stem).ToList();
            var codes = await Task.WhenAll(pools.Select(pool => SpawnAsync(session, pool.Key, [.. pool], command, parsed.GetValue(yes), cancel)));
            return codes.Max();
        }, timeout: false);
    }

    static async Task<int> SpawnAsync(Session session, string stem, IReadOnlyList<PoolMachine> wanted, string[] command, bool yes, CancellationToken cancel)
    {
        var path = Path.Combine(session.Pools, stem, FarmFile.Name);
        var names = wanted.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        var others = File.Exists(path) ? Session.Load(path).Machines.Where(m => !names.Contains(m.Name)).Select(m => new PoolMachine(stem, m.Name, m.Platform)) : [];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, PoolRequest.FarmText(stem, others.Concat(wanted).OrderBy(m => m.Name, StringComparer.Ordinal), session.Timeout ?? Timeout), cancel);
        using var controller = await Controller.OpenAsync(Session.Load(path), session.Surroundings, cancel);
        var old = (await Session.MachinesAsync(controller, [], cancel)).Where(m => names.Contains(m.Record.Name)).ToList();
        if (old.Count > 0)
        {
            session.Confirm(yes, $"Replacing {string.Join(", ", old.Select(m => m.Record.Name))}");
            await FarmDown.DestroyAsync(controller, await controller.ObserveAsync(cancel), old, everything: false, cancel);
        }

        var plan = (await controller.PlanAsync(cancel)).Of(names);
        using var view = Progress.Create(session.Terminal, plan.Machines.Select(m => m.Spec.Name));
        var summary = await FarmUp.RunAsync(controller, plan, recreate: false, "spawn", view.Follow, view.Images, cancel);
        view.Dispose();
        var code = UpCommand.Report(session, summary!, cancel);
        if (command.Length == 0)
            return code;
        var machines = await Session.MachinesAsync(controller, [.. names], cancel);
        try
        {
            return code != 0 ? code : await ExecCommand.RunAsync(session, controller, machines, command, cancel);
        }
        finally
        {
            await FarmDown.DestroyAsync(controller, await controller.ObserveAsync(CancellationToken.None), machines, everything: false, CancellationToken.None);
        }
    }
}
