using System.CommandLine;
using Croft.Cli.Options;
using Croft.Guests;
using Croft.Lifecycle;

namespace Croft.Cli.Commands;

static class SshCommand
{
    public const string Name = "ssh";

    public static Command Create(CommandMaker make)
    {
        var machine = Arguments.Machine();
        var command = new Argument<string[]>("COMMAND")
        {
            Description = "What to run there, after --; nothing opens a shell",
            Arity = ArgumentArity.ZeroOrMore,
        };
        return make.Make(Name, "Open a shell in a guest, or run a command there", [machine, command], async (session, parsed, cancel) =>
        {
            var (openFarm, found) = await session.FindAsync(parsed.GetValue(machine)!, cancel);
            using (openFarm)
            {
                var words = parsed.GetValue(command)!;
                var guest = await InUse.OpenAsync(openFarm, found, "ssh", cancel, can =>
                    can.Terminal || (words.Length > 0 && can.Commands)
                );
                if (guest is ChannelGuest inside)
                    return await ChannelTerminal.RunAsync(openFarm.Engine(found.Hypervisor).Channel!, inside, words, cancel);
                return guest is Guest ssh
                    ? await EndAsync(ssh, await ssh.Ssh([], words).RunOnTerminalAsync(cancel), cancel)
                    : await ExecCommand.RunAsync(guest, words, Terminal.Result, cancel);
            }
        });
    }

    /// <summary>How a program of OpenSSH's ended, whose own words on host keys name files that are Croft's.</summary>
    /// <exception cref="CroftException">Who answers is not who was known.</exception>
    public static async Task<int> EndAsync(Guest guest, int code, CancellationToken cancel) =>
        code == IGuest.ConnectionFailed && await guest.StrangerAsync(cancel) is { } stranger ? throw stranger : code;
}
