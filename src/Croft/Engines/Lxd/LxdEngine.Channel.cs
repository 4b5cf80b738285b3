using System.Text;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>The service's own way into guests.</summary>
sealed partial class LxdEngine : IGuestChannel
{
    /// <summary>Of root, whose shell did not log in.</summary>
    static readonly Dictionary<string, string> Home = new()
    {
        ["HOME"] = "/root",
        ["USER"] = "root",
        ["LOGNAME"] = "root",
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ["LANG"] = "C.UTF-8",
    };

    public Task<int> ExecAsync(MachineId machine, GuestProgram program, CancellationToken cancel)
    {
        var environment = new Dictionary<string, string>(Home);
        foreach (var (name, value) in program.Environment)
            environment[name] = value;
        var command = new LxdCommand(program.Words, environment, null, program.Input, program.Output, program.Error)
        {
            Terminal = program.Terminal,
        };
        return CallAsync($"running a command in {machine}", () => client.ExecAsync(LxdNames.InstanceOf(machine), command, cancel));
    }

    public async Task<(int ExitCode, string Output)?> RunInGuestAsync(
        MachineId machine,
        string script,
        TimeSpan patience,
        CancellationToken cancel
    )
    {
        var (text, gate) = (new List<byte>(), new Lock());
        Func<Stream, CancellationToken, Task> keep = async (output, stop) =>
        {
            var buffer = new byte[1 << 14];
            while (await output.ReadAsync(buffer, stop) is var count and > 0)
            {
                lock (gate)
                    text.AddRange(buffer.AsSpan(0, count));
            }
        };
        var code = await ExecAsync(machine, new(["/bin/sh", "-c", script], null, keep, keep), cancel);
        return (code, Encoding.UTF8.GetString([.. text]));
    }
}
