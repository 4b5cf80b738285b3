using System.CommandLine;

namespace Croft.Cli.Commands;

static class HostsCommand
{
    public static Command Create(CommandMaker make) =>
        make.Make("hosts", "Print the farm's addresses and names, for /etc/hosts", [], async (session, _, cancel) =>
        {
            using var openFarm = await session.OpenAsync(cancel);
            foreach (var machine in await Session.MachinesAsync(openFarm, [], cancel))
            {
                if (machine.Record.Nics.FirstOrDefault(n => n.Place is not null) is { } nic)
                    Terminal.Result($"{nic.Place}\t{machine.Record.Name} {machine.Record.Name}.{machine.Record.Farm}");
            }

            return 0;
        });
}
