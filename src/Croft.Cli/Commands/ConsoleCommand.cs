using System.CommandLine;
using Croft.Cli.Options;
using Croft.Engines;
using Croft.Lifecycle;

namespace Croft.Cli.Commands;

static class ConsoleCommand
{
    const byte Escape = 0x1d; // ctrl-]

    public static Command Create(CommandMaker make)
    {
        var machine = Arguments.Machine();
        var log = new Option<bool>("--log") { Description = "Print what the console has shown so far, and end" };
        return make.Make("console", "Open a guest's serial console; ctrl-] leaves", [machine, log], async (session, parsed, cancel) =>
        {
            var (openFarm, found) = await session.FindAsync(parsed.GetValue(machine)!, cancel);
            using (openFarm)
            {
                var engine = openFarm.Engine(found.Hypervisor);
                var (input, output) = Terminal.Raw();
                if (parsed.GetValue(log))
                {
                    await output.WriteAsync(await engine.ConsoleTextAsync(found.Record.Id, int.MaxValue, cancel) ?? [], cancel);
                    return 0;
                }

                if (!engine.Can.Console)
                    throw CroftException.Usage($"hypervisor \"{engine.Name}\" has no serial consoles", $"croft ssh {found.Record.Name}");
                await InUse.MarkAsync(openFarm, found, "console", cancel);
                session.Terminal.Say($"Console of {found.Record.Name}; ctrl-] leaves.");
                using var raw = RawTerminal.Enter();
                using var console = await engine.OpenConsoleAsync(found.Record.Id, cancel);
                await TalkAsync(console, input, output, cancel);
                return 0;
            }
        });
    }

    /// <summary>Passes bytes both ways until the guest's side ends, ours does, or the escape is typed.</summary>
    static async Task TalkAsync(Stream console, Stream input, Stream output, CancellationToken cancel)
    {
        var fromGuest = Task.Run(() => console.CopyTo(output), CancellationToken.None);
        var fromUser = Task.Run(
            () =>
            {
                var buffer = new byte[1024];
                while (input.Read(buffer) is var count and > 0)
                {
                    var escape = buffer.AsSpan(0, count).IndexOf(Escape);
                    console.Write(buffer, 0, escape < 0 ? count : escape);
                    if (escape >= 0)
                        return;
                }
            },
            CancellationToken.None
        );
        await Task.WhenAny(fromGuest, fromUser).WaitAsync(cancel);
    }
}
