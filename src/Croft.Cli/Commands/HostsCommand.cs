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
                var (name, farm) = (machine.Record.Name, machine.Record.Farm);
                foreach (var (i, nic) in machine.Record.Nics.Where(n => n.Addresses.Any()).Index())
                {
                    var names = i == 0 ? $"{name} {name}.{farm}" : $"{name}.{nic.Network} {name}.{nic.Network}.{farm}";
                    foreach (var address in nic.Addresses)
                        Terminal.Result($"{address}\t{names}");
                }
            }

            return 0;
        });
}
