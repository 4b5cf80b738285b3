using System.CommandLine;

namespace Croft.Cli.Commands;

static class SshConfigCommand
{
    public static Command Create(CommandMaker make) => make.Make("ssh-config", "Print the ssh configuration of the farm's guests, for ssh -F or ~/.ssh/config", [], async (session, _, cancel) =>
    {
        using var controller = await session.OpenAsync(cancel);
        controller.WriteSshConfig(await Session.MachinesAsync(controller, [], cancel));
        Terminal.ResultText(await File.ReadAllTextAsync(controller.Ssh.Config, cancel));
        return 0;
    });
}
