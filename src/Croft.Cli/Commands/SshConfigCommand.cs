using System.CommandLine;

namespace Croft.Cli.Commands;

static class SshConfigCommand
{
    public static Command Create(CommandMaker make) =>
        make.Make(
            "ssh-config",
            "Print the ssh configuration of the farm's guests, for ssh -F or ~/.ssh/config",
            [],
            async (session, _, cancel) =>
            {
                using var openFarm = await session.OpenAsync(cancel);
                openFarm.WriteSshConfig(await Session.MachinesAsync(openFarm, [], cancel));
                Terminal.ResultText(await File.ReadAllTextAsync(openFarm.Ssh.Config, cancel));
                return 0;
            }
        );
}
