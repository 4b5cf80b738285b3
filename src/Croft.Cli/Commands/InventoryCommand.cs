using System.CommandLine;
using System.Text.Json.Nodes;
using Croft.Lifecycle;
using Croft.Phases;

namespace Croft.Cli.Commands;

static class InventoryCommand
{
    public static Command Create(CommandMaker make)
    {
        var list = new Option<bool>("--list") { Description = "Print the whole inventory, as Ansible asks an inventory script" };
        var host = new Option<string?>("--host") { Description = "Print the variables of one machine", HelpName = "MACHINE" };
        var project = new Option<string?>("--project") { Description = "As this project of the farm sees it", HelpName = "NAME" };
        return make.Make(
            "inventory",
            "Print the farm as an Ansible inventory: as a script does or, with -o yaml, as a file",
            [list, host, project],
            async (session, parsed, cancel) =>
            {
                var farm = session.LoadFarm();
                if (parsed.GetValue(project) is { } one)
                    farm = farm.Only([one]).In(one) with { Machines = farm.Machines };
                using var openFarm = await OpenFarm.OpenAsync(farm, session.Settings, cancel);
                var machines = await Session.MachinesAsync(openFarm, [], cancel);
                openFarm.WriteSshConfig(machines);
                var inventory = AnsibleInventory.Of(
                    Selection.WithForks(await openFarm.PlanAsync(cancel), machines),
                    machines.Select(m => m.Record),
                    openFarm.Ssh
                );
                JsonNode? shown = session.Output == "yaml" ? AnsibleInventory.AsYaml(inventory) : inventory;
                if (parsed.GetValue(host) is { } name)
                    shown = inventory["_meta"]!["hostvars"]![name] ?? throw CroftException.Usage($"the farm has no machine \"{name}\"");
                Terminal.ResultText(Printed.As("json", shown)); // JSON is YAML, too, and there text is no template
                return 0;
            }
        );
    }
}
