using System.Collections.Immutable;
using System.CommandLine;
using Croft.Cli.Options;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Lifecycle;
using Croft.Planning;

namespace Croft.Cli.Commands;

/// <summary>A pool is a farm whose file Croft writes, below the user's own folder; so every other command works on it.</summary>
static class SpawnCommand
{
    static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <param name="Keeps">Whether machines that exist stay as they are.</param>
    /// <param name="Command">What runs in the machines before they are thrown away; empty keeps them.</param>
    sealed record Request(ImmutableArray<PoolMachine> Machines, bool Keeps, string[] Command, bool IsConfirmed, bool Accepts);

    static readonly Argument<string[]> Words = new("MACHINES [-- COMMAND]")
    {
        Description = "Numbers, names or ranges, each with :platform or :/path/of/image if wanted: 3:f43 vnode4 5-9:d12",
        Arity = ArgumentArity.OneOrMore,
    };

    static readonly Option<string> Stem = new("--stem")
    {
        Description = "Name of the pool, before the number",
        DefaultValueFactory = _ => "vnode",
    };

    static readonly Option<string?> Platform = new("--platform")
    {
        Description = $"Platform of machines that name none; else platform: of your config.yaml, else {Catalogue.Newest.Name}",
    };

    static readonly Option<int> Width = new("--width")
    {
        Description = "Digits of the machines' numbers: 3 makes vnode003",
        DefaultValueFactory = _ => PoolRequest.Width,
    };

    static readonly Option<string> Runtime = new Option<string>("--runtime")
    {
        Description = "vm, or container: of this host's LXD or Incus",
        DefaultValueFactory = _ => "vm",
    }.AcceptOnlyFromAmong("vm", "container");

    static readonly Option<string?> Bridge = new("--bridge")
    {
        Description = "A bridge of the host: each machine has a second card on it, on the LAN",
    };

    static readonly Option<string?> Prefix = new("--mac-prefix")
    {
        Description = "With --bridge: MACs are this and the machine's number: 52:54:00:00:00 makes 52:54:00:00:00:18 for vnode18",
    };

    public static Command Create(CommandMaker make)
    {
        var keeps = new Option<bool>("--missing") { Description = "Keep the machines that exist, start those that are off, make the rest" };
        var remove = new Option<bool>("--rm") { Description = "Run the command after -- in each machine, then throw the machines away" };
        var (yes, accept) = (Arguments.Yes(), Arguments.AcceptHostKey());
        return make.Make(
            "spawn",
            "Make a pool of fresh machines from one line; --timeout is how long each may take to answer",
            [Words, Stem, Platform, Width, Runtime, Bridge, Prefix, keeps, remove, accept, yes],
            (session, parsed, cancel) =>
            {
                var command = ExecCommand.AfterDashes(parsed);
                var isShort = parsed.GetValue(remove);
                if (isShort != command.Length > 0)
                    throw CroftException.Usage("--rm and a command after -- belong together", "croft spawn 1-3 --rm -- make check");
                if (isShort && parsed.GetValue(keeps))
                    throw CroftException.Usage("--missing keeps machines, and --rm throws them away", "leave one of them out");
                return SpawnAsync(
                    session,
                    new(Machines(parsed, command.Length), parsed.GetValue(keeps), command, parsed.GetValue(yes), parsed.GetValue(accept)),
                    cancel
                );
            },
            timeout: false
        );
    }

    /// <param name="behind">How many of the words are the command's.</param>
    static ImmutableArray<PoolMachine> Machines(ParseResult parsed, int behind)
    {
        var (all, user) = (parsed.GetValue(Words)!, Session.User);
        var platform = parsed.GetValue(Platform) ?? user.Platform ?? Catalogue.Newest.Name;
        var isContainer = parsed.GetValue(Runtime) == "container";
        var read = PoolRequest.Parse(all[..^behind], parsed.GetValue(Stem)!, platform, user, parsed.GetValue(Width));
        var machines = read.Select(m => m with { IsContainer = isContainer }).ToImmutableArray();
        return (parsed.GetValue(Bridge), parsed.GetValue(Prefix)) switch
        {
            ({ } bridge, var prefix) => PoolRequest.OnBridge(machines, bridge, prefix),
            (null, null) => machines,
            _ => throw CroftException.Usage("--mac-prefix is of the cards on a bridge", "--bridge br0 gives each machine one"),
        };
    }

    /// <summary>Has the pools go up side by side; what their machines are is said when all is done.</summary>
    static async Task<int> SpawnAsync(Session session, Request request, CancellationToken cancel)
    {
        var done = await Task.WhenAll(
            request
                .Machines.GroupBy(m => m.Stem)
                .Select(pool => SpawnAsync(session, pool.Key, request with { Machines = [.. pool] }, cancel))
        );
        if (done.SelectMany(d => d.Systems).ToList() is { Count: > 0 } systems)
            Terminal.Result(string.Join(", ", systems));
        return done.Max(d => d.Code);
    }

    static async Task<(int Code, IReadOnlyList<string> Systems)> SpawnAsync(
        Session session,
        string stem,
        Request request,
        CancellationToken cancel
    )
    {
        var path = Path.Combine(session.Pools, stem, FarmFile.Name);
        var names = request.Machines.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        using var alone = await session.AloneAsync(path, cancel);
        var before = File.Exists(path) ? await File.ReadAllTextAsync(path, cancel) : null;
        var kept = request.Keeps && before is not null ? await ExistingAsync(session, path, request, cancel) : [];
        var made = request.Machines.Where(m => !kept.Contains(m.Name)).ToList();
        var others = before is not null ? Others(Session.Load(path), [.. made.Select(m => m.Name)]) : [];
        await DeclareAsync(session, stem, [.. others, .. made], cancel);
        try
        {
            return await MakeAsync(session, path, names, request, cancel);
        }
        catch (PlanException) // what cannot be would be in the way of all later ones
        {
            if (before is null)
                File.Delete(path);
            else
                await File.WriteAllTextAsync(path, before, CancellationToken.None);
            throw;
        }
    }

    static async Task<(int Code, IReadOnlyList<string> Systems)> MakeAsync(
        Session session,
        string path,
        HashSet<string> names,
        Request request,
        CancellationToken cancel
    )
    {
        var farm = Session.Load(path);
        await BridgeCommand.OfferAsync(session, farm, cancel);
        using var openFarm = await OpenFarm.OpenAsync(farm, session.Settings with { AcceptsHostKeys = request.Accepts }, cancel);
        var old = (await Session.MachinesAsync(openFarm, [], cancel)).Where(m => names.Contains(m.Record.Name)).ToList();
        if (old.Count > 0 && !request.Keeps)
        {
            (await openFarm.PlanAsync(cancel)).ThrowIfProblems();
            session.Confirm(request.IsConfirmed, $"Replacing {string.Join(", ", old.Select(m => m.Record.Name))}");
            await FarmDown.DestroyAsync(openFarm, (await openFarm.ObserveAsync(cancel)).Inventory, old, everything: false, cancel);
        }

        if (request.Command.Length == 0)
            return (await UpAsync(session, openFarm, names, cancel), await SystemsAsync(openFarm, names, cancel));
        try
        {
            if (await UpAsync(session, openFarm, names, cancel) is not 0 and var code)
                return (code, []);
            var machines = await Session.MachinesAsync(openFarm, [.. names], cancel);
            return (await ExecCommand.RunAsync(session, openFarm, machines, request.Command, cancel), []);
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
        if (summary is not null)
            return UpCommand.Report(session, summary, cancel);
        session.Terminal.Say($"Nothing to do: {names.Count} of {names.Count} machines run.");
        return 0;
    }

    /// <summary>The declared machines that are asked for and exist: nothing of them changes, whatever platform is asked for.</summary>
    static async Task<HashSet<string>> ExistingAsync(Session session, string path, Request request, CancellationToken cancel)
    {
        using var openFarm = await OpenFarm.OpenAsync(Session.Load(path), session.Settings, cancel);
        var declared = openFarm.Farm.Machines.ToDictionary(m => m.Name, StringComparer.Ordinal);
        var asked = request.Machines.ToDictionary(m => m.Name, StringComparer.Ordinal);
        var exist = (await Session.MachinesAsync(openFarm, [], cancel)).Select(m => m.Record.Name).Where(declared.ContainsKey);
        var kept = exist.Where(asked.ContainsKey).ToHashSet(StringComparer.Ordinal);
        foreach (var name in kept.Where(name => declared[name].Platform != asked[name].Platform).Order(StringComparer.Ordinal))
            session.Terminal.Say($"{name} is kept: it is {declared[name].Platform}, not {asked[name].Platform}.");
        return kept;
    }

    /// <summary>What each machine that answers says its system is.</summary>
    static async Task<IReadOnlyList<string>> SystemsAsync(OpenFarm openFarm, HashSet<string> names, CancellationToken cancel)
    {
        var running = (await Session.MachinesAsync(openFarm, [], cancel)).Where(m =>
            names.Contains(m.Record.Name) && m.State.Power == PowerState.Running
        );
        return await Task.WhenAll(
            running.Select(async machine =>
            {
                var said = openFarm.GuestOf(machine) is { } guest
                    ? await guest.RunAsync(new(". /etc/os-release; echo \"$PRETTY_NAME\""), cancel)
                    : null;
                return said is { ExitCode: 0 } && PlainText.Line(said.Output.Trim()) is { Length: > 0 } system
                    ? $"{machine.Record.Name} {system}"
                    : machine.Record.Name;
            })
        );
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

    /// <summary>Writes what a pool is to be, once it is known to be whole: a pool's file is all that other commands know of it.</summary>
    static Task DeclareAsync(Session session, string stem, IEnumerable<PoolMachine> machines, CancellationToken cancel)
    {
        var file = Path.Combine(session.Pools, stem, FarmFile.Name);
        var text = PoolRequest.FarmText(
            stem,
            machines.OrderBy(m => m.Name, StringComparer.Ordinal),
            session.Timeout ?? Timeout,
            Session.Defaults
        );
        FarmFile.ReadText(text, file, Session.Defaults).Require();
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return File.WriteAllTextAsync(file, text, cancel);
    }

    /// <summary>The machines that a pool declares, less those of these names.</summary>
    static List<PoolMachine> Others(Farm pool, HashSet<string> names) =>
        [
            .. pool
                .Machines.Where(m => !names.Contains(m.Name))
                .Select(m => new PoolMachine(
                    pool.Name,
                    m.Name,
                    m.Platform,
                    m.Image switch
                    {
                        FileImage file when file.Name == m.Platform && IsWritten(file.At) => file.File,
                        UrlImage url when IsWritten(url.At) => url.Url.AbsoluteUri,
                        _ => null,
                    }
                )
                {
                    Lan = LanOf(pool, m),
                    IsContainer = m.IsContainer,
                }),
        ];

    static PoolCard? LanOf(Farm pool, MachineSpec machine) =>
        machine.Networks is [_, var card] && pool.Networks.First(n => n.Name == card.Network).Source is { } bridge
            ? new(bridge, card.Mac)
            : null;

    /// <summary>Whether an image stands in the pool's own file; those of the user's platforms stand elsewhere.</summary>
    static bool IsWritten(Location? at) => at?.File == FarmFile.Name;
}
