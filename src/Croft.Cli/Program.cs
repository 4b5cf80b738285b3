using System.CommandLine;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using Croft.Cli;
using Croft.Cli.Commands;
using Croft.Cli.Options;
using Croft.Engines.Libvirt;
using Croft.Guests;

StandardStreams.Hold();
Umask.Tighten();

// Before anything is built: people's scripts ask for the version often.
if (args is ["--version"])
    return Usage.Tell(Croft.Cli.Version.Text + "\n");

// ssh asks for a guest's password here.
if (
    args is [var prompt]
    && prompt.Contains(' ', StringComparison.Ordinal)
    && Session.Variable(PasswordDesk.Variable) is { Length: > 0 } desk
)
{
    if (await PasswordDesk.AskAsync(desk, Session.Variable(PasswordDesk.For), prompt, CancellationToken.None) is not { } password)
        return 1;
    return Usage.Tell(password + "\n");
}

using var stop = new CancellationTokenSource();
long asked = 0;
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = true;
    var terminal = new Terminal(noColor: true);
    if (!stop.IsCancellationRequested)
    {
        asked = TimeProvider.System.GetTimestamp();
        terminal.Say("Stopping; a second time gives up at once.");
        stop.Cancel();
    }
    // timeout(1) sends the same signal twice; a terminal that closes sends one by the kernel and one by the shell, and nobody asks a second
    // time by it
    else if (signal.Signal != PosixSignal.SIGHUP && TimeProvider.System.GetElapsedTime(asked) > TimeSpan.FromSeconds(1))
    {
        terminal.Say("Gave up. What is left: croft ls shows the machines, croft down and croft destroy end them.");
        Environment.Exit(ErrorPrinter.Cancelled);
    }
}

using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
using var sighup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Interrupt);

// A file that may not grow any more (ulimit -f) is an error of the write, which is told.
const PosixSignal FileTooLarge = (PosixSignal)25; // SIGXFSZ
using var sigxfsz = PosixSignalRegistration.Create(FileTooLarge, signal => signal.Cancel = true);

// libvirt comes with sixty libraries: they are loaded while the commands are built, by those that will ask it. No thread can begin
// meanwhile, so those of signals and timers, which every command needs, are there before.
using var clock = new Timer(_ => { }, null, TimeSpan.FromDays(1), Timeout.InfiniteTimeSpan);
if (args is [[>= 'a' and <= 'z', ..] and not ("completion" or "schema"), ..] && !args.Contains("--offline"))
    LibvirtHost.Preload();

var options = new GlobalOptions();
var root = new RootCommand("Farms of virtual machines: plan, boot, provision, test, report, give back");
options.AddTo(root);
foreach (var command in CommandList.All(options))
    root.Add(command);

try
{
    // An argument that begins with @ is Croft's or the guest's own, such as that of -e @FILE, and no file of further arguments.
    var parsed = root.Parse(args.Length == 0 ? ["--help"] : args, new() { ResponseFileTokenReplacer = null });
    if (Usage.Refuse(parsed) is { } refused)
        return refused;
    if (parsed.Action is HelpAction)
        return Usage.Help(parsed);
    return await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
        stop.Token
    );
}
finally
{
    LibvirtHost.EndEvents();
}
