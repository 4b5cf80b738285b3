using System.CommandLine;
using Croft.Guests;
using Croft.Lifecycle;
using Croft.Tools;

namespace Croft.Cli.Commands;

static class CpCommand
{
    public static Command Create(CommandMaker make)
    {
        var source = new Argument<string>("FROM") { Description = "A file or folder, or MACHINE:PATH" };
        var target = new Argument<string>("TO") { Description = "A file or folder, or MACHINE:PATH" };
        return make.Make("cp", "Copy files and folders to or from a guest", [source, target], async (session, parsed, cancel) =>
        {
            var (from, to) = (parsed.GetValue(source)!, parsed.GetValue(target)!);
            var machine = Machine(from)
                ?? Machine(to)
                ?? throw CroftException.Usage("neither side names a machine", "croft cp FILE MACHINE:PATH");
            if (Machine(from) is not null && Machine(to) is not null)
                throw CroftException.Usage("one side must be a path of this host", "copy here first, then there");
            var (openFarm, found) = await session.FindAsync(machine, cancel);
            using (openFarm)
            {
                var guest = await InUse.OpenAsync(openFarm, found, "cp", cancel, can => can.Files);
                var isLinked = Machine(to) is null
                    ? guest is Guest && await GuestCopy.HasLinksAsync(guest, Path(from), cancel)
                    : GuestCopy.HasLinks(Path(from));
                if (isLinked || guest is not Guest { Access.Login.Become: null } ssh)
                    return await GuestCopy.RunAsync(guest, Path(from), Path(to), toGuest: Machine(to) is not null, cancel);
                using var told = Waits.For($"the copy {(Machine(to) is null ? "from" : "to")} machine \"{machine}\"");
                var code = await (
                    ssh.Ssh([]) with
                    {
                        Program = "scp",
                        Arguments = ["-F", openFarm.Ssh.Config, "-r", "-q", "--", Local(from), Local(to)],
                    }
                ).RunOnTerminalAsync(cancel);
                if (code == 1 && Machine(to) is not null)
                    await GuestCopy.CheckRoomAsync(guest, Path(to), cancel);
                return await SshCommand.EndAsync(ssh, code, cancel);
            }
        });
    }

    static string? Machine(string side) =>
        side.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && !side[..colon].Contains('/', StringComparison.Ordinal)
            ? side[..colon]
            : null;

    static string Path(string side) => Machine(side) is { } machine ? side[(machine.Length + 1)..] : System.IO.Path.GetFullPath(side);

    /// <summary>A path of this host must not look like an option or a host to scp.</summary>
    static string Local(string side) => Machine(side) is null ? System.IO.Path.GetFullPath(side) : side;
}
