using System.CommandLine;
using System.Text;
using Croft.Cli.Options;
using Croft.Engines;
using Croft.Guests;
using Croft.Lifecycle;
using Croft.Tools;

namespace Croft.Cli.Commands;

static class ExecCommand
{
    public static Command Create(CommandMaker make)
    {
        var words = new Argument<string[]>("SEL -- COMMAND")
        {
            Description = "Which machines, then -- and the command",
            Arity = ArgumentArity.OneOrMore,
        };
        return make.Make(
            "exec",
            "Run a command in several guests at once; the exit code is the highest",
            [words],
            async (session, parsed, cancel) =>
            {
                var command = AfterDashes(parsed);
                if (command.Length == 0)
                    throw CroftException.Usage("exec needs a command after --", "croft exec 'web-*' -- uptime");
                var selection = parsed.GetValue(words)![..^command.Length];
                using var openFarm = await session.OpenAsync(cancel);
                var known = await Session.MachinesAsync(openFarm, [], cancel);
                openFarm.WriteSshConfig(known);
                var machines = await Session.MachinesAsync(openFarm, selection, cancel);
                if (selection.Length == 0)
                    machines = [.. machines.Where(m => m.State.Power == PowerState.Running)];
                if (machines.Count == 0)
                    throw CroftException.World("no machine of the farm runs", "croft up");
                return await RunAsync(session, openFarm, machines, command, cancel);
            }
        );
    }

    /// <summary>What was written after --.</summary>
    public static string[] AfterDashes(ParseResult parsed)
    {
        var dashes = parsed.Tokens.ToList().FindIndex(t => t.Type == System.CommandLine.Parsing.TokenType.DoubleDash);
        return dashes < 0 ? [] : [.. parsed.Tokens.Skip(dashes + 1).Select(t => t.Value)];
    }

    public static async Task<int> RunAsync(
        Session session,
        OpenFarm openFarm,
        IReadOnlyList<ExistingMachine> machines,
        string[] command,
        CancellationToken cancel
    )
    {
        var gate = new Lock();
        var codes = await Task.WhenAll(
            machines.Select(async machine =>
            {
                var guest = await InUse.OpenAsync(openFarm, machine, "exec", cancel);
                using var told = Waits.For($"the command in machine \"{machine.Record.Name}\"");
                return await RunAsync(guest, command, line => Say(machine.Record.Name, line), cancel);
            })
        );
        return codes.Max();

        void Say(string machine, string line)
        {
            lock (gate)
                Terminal.Result($"{machine}: {line}");
        }
    }

    /// <summary>Runs words as ssh takes them: joined by spaces, read by the guest's shell.</summary>
    public static async Task<int> RunAsync(IGuest guest, string[] command, Action<string> line, CancellationToken cancel)
    {
        if (guest is Guest { Access.Login.Become: null } ssh) // the login's own shell reads them
        {
            var (code, _, _) = await (ssh.Ssh(ssh.Alone, command) with { Line = line }).RunAsync(cancel);
            return await SshCommand.EndAsync(ssh, code, cancel);
        }

        var lines = new Lines(line);
        var decoder = Encoding.UTF8.GetDecoder();
        var result = await guest.RunAsync(
            new(string.Join(' ', command))
            {
                Said = said =>
                {
                    var text = new char[decoder.GetCharCount(said, flush: false)];
                    decoder.GetChars(said, text, flush: false);
                    lines.Add(text);
                },
            },
            cancel
        );
        lines.End();
        if (result.Error.Length > 0)
            line(result.LastWords);
        return result.ExitCode;
    }
}
