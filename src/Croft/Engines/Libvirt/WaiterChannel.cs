using System.Text;
using System.Threading.Channels;
using Croft.Tools;

namespace Croft.Engines.Libvirt;

/// <summary>
/// The script that Croft's seed leaves waiting in guests without an agent (<c>waiter.sh</c>). It takes a script at the spare channel, and
/// says there how that ended.
/// </summary>
static class WaiterChannel
{
    /// <summary>In characters, of what a script may say: a guest may say more than there is room for.</summary>
    const int Longest = 1 << 20;

    /// <summary>Runs a script by it.</summary>
    /// <param name="patience">How long the guest may say nothing at all.</param>
    /// <returns>Null when nobody answers.</returns>
    public static async Task<(int ExitCode, string Output)?> RunAsync(
        ILibvirtHost host,
        string domain,
        string script,
        TimeSpan patience,
        CancellationToken cancel
    )
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(patience);
        try
        {
            await using var channel = await host.OpenSpareAsync(domain, late.Token);
            var lines = Hear(channel);
            var (id, text) = (Guid.NewGuid().ToString("n"), script.TrimEnd('\n') + "\n");
            await channel.WriteAsync(Encoding.UTF8.GetBytes($"croft-run {id} {text.Count(c => c == '\n')}\n{text}"), late.Token);
            var output = new StringBuilder();
            await foreach (var line in lines.ReadAllAsync(late.Token))
                if (line.StartsWith($"croft-said {id} ", StringComparison.Ordinal))
                    Add(output, line[$"croft-said {id} ".Length..]);
                else if (line.StartsWith($"croft-end {id} ", StringComparison.Ordinal))
                    return int.TryParse(line.AsSpan($"croft-end {id} ".Length), out var code) ? (code, output.ToString()) : null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // It is late: nobody listens.
        }
        catch (CroftException)
        {
            // The channel is not there, or somebody else has it.
        }

        return null;
    }

    static void Add(StringBuilder output, string line)
    {
        if (output.Length < Longest)
            output.Append(line).Append('\n');
    }

    static ChannelReader<string> Hear(Stream channel)
    {
        var heard = Channel.CreateUnbounded<string>();
        _ = Task.Run(() =>
        {
            try
            {
                using var reader = new StreamReader(channel, Encoding.UTF8, leaveOpen: true);
                var (lines, block) = (new Lines(line => heard.Writer.TryWrite(line)), new char[1 << 12]);
                while (reader.Read(block, 0, block.Length) is var count and > 0)
                    lines.Add(block.AsSpan(0, count));
            }
            catch (Exception e)
                when (e is IOException or ObjectDisposedException or InvalidOperationException or Croft.Libvirt.LibvirtException)
            {
                // It was closed.
            }

            heard.Writer.TryComplete();
        });
        return heard.Reader;
    }
}
