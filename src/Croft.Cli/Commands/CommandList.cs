using System.CommandLine;
using Croft.Cli.Options;

namespace Croft.Cli.Commands;

/// <summary>Every command, in the order of a farm's life; path = command.</summary>
static class CommandList
{
    public static IEnumerable<Command> All(GlobalOptions options)
    {
        var make = new CommandMaker(options);
        return
        [
            InitCommand.Create(make),
            PlanCommand.Create(make),
            UpCommand.Create(make),
            RunCommand.Create(make),
            SpawnCommand.Create(make),
            LsCommand.Create(make),
            StatusCommand.Create(make),
            SshCommand.Create(make),
            ExecCommand.Create(make),
            CpCommand.Create(make),
            ConsoleCommand.Create(make),
            .. PowerCommands.Create(make),
            DownCommand.Create(make),
            DestroyCommand.Create(make),
            GcCommand.Create(make),
            SnapshotCommand.Create(make),
            ForkCommand.Create(make),
            AdoptCommand.Create(make),
            ImageCommand.Create(make),
            HypervisorsCommand.Create(make),
            NetworkCommand.Create(make),
            InventoryCommand.Create(make),
            SshConfigCommand.Create(make),
            HostsCommand.Create(make),
            ReportCommand.Create(make),
            SchemaCommand.Create(make),
            CompletionCommand.Create(make),
        ];
    }
}
