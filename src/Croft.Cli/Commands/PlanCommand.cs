using System.CommandLine;
using Croft.Cli.Options;
using Croft.Farms;
using Croft.Images;
using Croft.Lifecycle;
using Croft.Planning;
using Croft.Reports;

namespace Croft.Cli.Commands;

static class PlanCommand
{
    public static Command Create(CommandMaker make)
    {
        var selection = Arguments.Selection();
        var offline = new Option<bool>("--offline") { Description = "Plan from declared capabilities, without contacting any hypervisor" };
        var explain = new Option<string>("--explain")
        {
            Description = "Tell everything that decides where one machine goes",
            HelpName = "machine",
        };
        var (extra, projects) = (Arguments.ExtraVariables(), Arguments.Projects());
        return make.Make(
            "plan",
            "Show machines, where they go and why, what up would change, and what is cached; changes nothing",
            [selection, projects, offline, explain, extra],
            async (session, parsed, cancel) =>
            {
                var farm = Session.Good(ExtraVariables.In(LoadOrShow(session).Only(parsed.GetValue(projects)!), parsed.GetValue(extra)!));
                using var openFarm = parsed.GetValue(offline)
                    ? OpenFarm.Offline(farm, session.Settings)
                    : await OpenFarm.OpenAsync(farm, session.Settings, cancel);
                var asked = parsed.GetValue(explain);
                if (asked is not null && farm.Machines.All(m => m.Name != asked))
                    throw CroftException.Usage($"the farm file declares no machine \"{asked}\"", "croft plan lists them");
                var plan = Select(await openFarm.PlanAsync(asked, cancel), parsed.GetValue(selection)!);
                plan = farm.Chosen.IsEmpty ? plan : plan.TakingPart(parsed.GetValue(selection)!);
                if (plan.Decision is { } decision)
                {
                    Terminal.ResultText(
                        session.Output == "table" ? DecisionText.Of(decision) : Printed.As(session.Output, DecisionText.Json(decision))
                    );
                    return decision.Hypervisor is null ? (int)FaultKind.World : 0;
                }

                if (session.Output != "table")
                    Printed.Write(session.Output, PlanJson.Of(plan));
                else
                    Show(session, plan, openFarm.Images.Lock);
                plan.ThrowIfProblems();
                openFarm.Images.RefuseUnpinned(plan.Machines.Select(m => m.Spec.Image));
                return 0;
            }
        );
    }

    static void Show(Session session, Plan plan, ImageLock? pins)
    {
        Terminal.ResultText(Table(plan));
        foreach (var network in plan.Networks.Where(n => n.Change is not null))
            session.Terminal.Say($"network {network.Definition.Name} on {network.Hypervisor} {network.Change}");
        foreach (var network in plan.Defined)
            session.Terminal.Say(network.ToString());
        foreach (var network in plan.Networks.Where(n => n.IsOff))
            session.Terminal.Say(NetworkTrouble.Off(network.Definition.Name, network.Hypervisor, rejoins: true));
        foreach (var network in plan.Networks.Where(n => n.IsMute))
            session.Terminal.Say(NetworkTrouble.Mute(network.Definition.Name, network.Hypervisor));
        foreach (var gone in plan.Undeclared)
            session.Terminal.Say($"{gone}: exists but is not declared any more; croft destroy {gone} removes it");
        foreach (var image in plan.Machines.Select(m => m.Spec.Image).OfType<CatalogueImage>().DistinctBy(i => i.Key))
            session.Terminal.Say(
                pins?.Find(image) is { } pinned
                    ? $"image {image.Name}: {pinned.Url}, by croft.lock"
                    : $"image {image.Name}: the newest of {image.Family.Title}; which, is found out when it is needed"
            );
        session.Warn(plan);
    }

    /// <summary>A farm file that cannot be read is a plan of problems to programs that read plans.</summary>
    static Farm LoadOrShow(Session session)
    {
        try
        {
            return session.LoadFarm();
        }
        catch (PlanException e) when (session.Output != "table")
        {
            Printed.Write(session.Output, PlanJson.Of(null, [], [], [], [], [], e.Problems));
            throw;
        }
    }

    public static Plan Select(Plan plan, IReadOnlyList<string> selection) =>
        plan.Of(
            Selection
                .Of(selection, plan.Machines, m => (m.Spec.Name, m.Spec.Platform, m.Spec.Target, m.Hypervisor))
                .Select(m => m.Spec.Name)
        );

    static string Cache(PlannedMachine machine) =>
        machine.Layers.LastOrDefault(l => l.Present is not null) is { } layer ? $"hit {layer.Name}" : "miss";

    static string Table(Plan plan) =>
        TextTable.Render(
            ["MACHINE", "PLATFORM", "TARGET", "HYPERVISOR", "ADDRESS", "ACTION", "CACHE", "WHY"],
            plan.Machines.Select(m =>
                (IReadOnlyList<string>)
                    [
                        m.Spec.Name,
                        m.Spec.Platform,
                        m.Spec.Target,
                        m.Hypervisor is null ? "-" : $"{m.Hypervisor} ({m.VirtType})",
                        m.Nics.FirstOrDefault() is { } nic ? LsCommand.Address(nic) : "-",
                        m.Action.ToString().ToLowerInvariant(),
                        m.Spec.Parts.Length > 1
                            ? string.Join("; ", m.EachProject().Select(part => $"{part.Spec.Parts[0].Project}: {Cache(part)}"))
                            : Cache(m),
                        m.Reason
                            + (
                                m.Existing?.Record?.InUse is { } held ? $"; in use since croft {held}"
                                : m.Existing is not null && m.Layers.Any(l => l.Present is not null)
                                    ? $"; run reverts to layer {m.Layers.Last(l => l.Present is not null).Name}"
                                : ""
                            ),
                    ]
            )
        );
}
