using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>A login at a serial console, found by what it says: <c>login:</c>, <c>Password:</c>, a shell that answers.</summary>
sealed partial class SerialSession : IDisposable
{
    /// <summary>Begins the words of a console that takes a login for none of its own.</summary>
    public const string Unwelcome = "the console does not let in";

    /// <summary>Begins the words of a console that asks for what the farm file does not have.</summary>
    public const string Asks = "the console asks for a password";

    const int Kept = 4096;
    const int LongestLine = 400;

    /// <summary>Lines that are sent before somebody has read them.</summary>
    const int Ahead = 16;

    /// <summary>As often a line may be followed by silence.</summary>
    const int MostWaits = 5;

    /// <summary>Who says nothing for so long has said what there is to say.</summary>
    internal TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(2);

    readonly Stream console;
    readonly Channel<byte[]> heard = Channel.CreateUnbounded<byte[]>();
    readonly StringBuilder seen = new();

    public SerialSession(Stream console)
    {
        this.console = console;
        _ = Task.Run(Hear);
    }

    /// <summary>The last that was said, for messages.</summary>
    public string LastLine => PlainText.Line(seen.ToString().TrimEnd().Split('\n')[^1]);

    void Hear()
    {
        var buffer = new byte[4096];
        try
        {
            while (console.Read(buffer) is var count and > 0)
                heard.Writer.TryWrite(buffer[..count]);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or CroftException or InvalidOperationException)
        {
            // It was closed.
        }

        heard.Writer.TryComplete();
    }

    /// <summary>Comes to a plain shell that echoes nothing. Returns why it does not, or null.</summary>
    /// <param name="password">What the login is asked for; null has none.</param>
    public async Task<string?> LogInAsync(string user, string? password, CancellationToken cancel)
    {
        var text = await AnswerAsync("\x03", cancel);
        for (var tries = 0; tries < 6; tries++)
        {
            var shown = Messages().Replace(text, "").TrimEnd();
            if (shown.EndsWith("assword:", StringComparison.OrdinalIgnoreCase))
            {
                if (password is null)
                    return $"{Asks}, and auth names none for {user}";
                text = await AnswerAsync(password, cancel);
                if (
                    text.Contains("incorrect", StringComparison.OrdinalIgnoreCase)
                    || text.TrimEnd().EndsWith("ogin:", StringComparison.Ordinal)
                )
                    return $"{Unwelcome} {user}: Login incorrect";
            }
            else if (shown.EndsWith("ogin:", StringComparison.Ordinal))
            {
                text = await AnswerAsync(user, cancel);
            }
            else if (await IsShellAsync(cancel))
            {
                Send(" exec /bin/sh\r");
                await QuietAsync(cancel);
                Send(" stty -echo -onlcr 2>/dev/null; PS1=; PS2=; set +o emacs +o vi 2>/dev/null\r");
                await QuietAsync(cancel);
                return null;
            }
            else
            {
                text = await AnswerAsync("", cancel);
            }
        }

        return $"the console shows no login and no shell, last: {LastLine}";
    }

    /// <summary>What the kernel and services say at the console may stand behind a prompt.</summary>
    [GeneratedRegex(@"\[ *\d+\.\d+\].*")]
    private static partial Regex Messages();

    /// <summary>What comes after a line was sent, beside its echo. A login takes its time, most of all before it says no.</summary>
    async Task<string> AnswerAsync(string line, CancellationToken cancel)
    {
        Send(line + "\r");
        var text = "";
        for (var waits = 0; waits < MostWaits; waits++)
        {
            text += await QuietAsync(cancel);
            if ((line.Length == 0 ? text : text.Replace(line, "", StringComparison.Ordinal)).Trim().Length > 0)
                break;
        }

        return text;
    }

    Task<bool> IsShellAsync(CancellationToken cancel)
    {
        var mark = Guid.NewGuid().ToString("n");
        Send($" echo croft-\"\"{mark}\r");
        return ComesAsync("croft-" + mark, cancel);
    }

    /// <summary>Runs a command for <c>sh</c>; what it says comes line by line.</summary>
    public async Task<int> RunAsync(string text, ReadOnlyMemory<byte> input, Action<string> line, CancellationToken cancel)
    {
        var id = Guid.NewGuid().ToString("n");
        seen.Clear();
        await SendCodedAsync("c", text, cancel);
        var file = "/dev/null";
        if (!input.IsEmpty)
        {
            file = $"/tmp/croft-{id}";
            await SendFileAsync(file, input, cancel);
        }

        Send(
            $"echo croft-\"\"{id}; (eval \"$(printf %b \"$c\")\") <{file} 2>&1; e=$?; rm -f /tmp/croft-{id}; echo; echo croft-\"\"{id} $e\r"
        );
        var (begun, held) = (false, (string?)null);
        var lines = new StringBuilder();
        while (true)
        {
            lines.Append(await NextAsync(cancel) ?? throw CroftException.World("the console was closed"));
            while (lines.ToString().IndexOf('\n', StringComparison.Ordinal) is var end and >= 0)
            {
                var one = lines.ToString(0, end).TrimEnd('\r');
                lines.Remove(0, end + 1);
                if (one.Contains("croft-" + id, StringComparison.Ordinal) && !begun)
                    begun = true;
                else if (begun && one.StartsWith("croft-" + id, StringComparison.Ordinal))
                {
                    if (held is { Length: > 0 })
                        line(held);
                    return int.TryParse(one.AsSpan(one.LastIndexOf(' ') + 1), out var code) ? code : 255;
                }
                else if (begun)
                {
                    if (held is not null)
                        line(held);
                    held = one; // an empty one before the end is ours
                }
            }
        }
    }

    /// <summary>As a variable in pieces: a terminal takes no long lines.</summary>
    async Task SendCodedAsync(string name, string text, CancellationToken cancel)
    {
        Send($"{name}=\r");
        var coded = string.Concat(
            Encoding
                .UTF8.GetBytes(text)
                .Select(b =>
                    b is > 32 and < 127 and not ((byte)'\'' or (byte)'\\')
                        ? ((char)b).ToString()
                        : $"\\0{Convert.ToString(b, 8).PadLeft(3, '0')}"
                )
        );
        foreach (var (i, piece) in coded.Chunk(LongestLine).Index())
        {
            Send($"{name}=${name}'{new string(piece)}'\r");
            if (i % Ahead == Ahead - 1)
                await SyncAsync(cancel);
        }

        await SyncAsync(cancel);
    }

    async Task SendFileAsync(string file, ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        Send(
            $"umask 077; while IFS= read -r l && [ \"$l\" != . ]; do echo \"$l\"; printf + >&2; done 2>/dev/tty | base64 -d >{file}; umask 022\r"
        );
        var sent = 0;
        foreach (var piece in Convert.ToBase64String(input.Span).Chunk(LongestLine))
        {
            Send(new string(piece) + "\r");
            if (++sent % Ahead == 0)
                await PlusAsync(Ahead, cancel);
        }

        Send(".\r");
        await SyncAsync(cancel);
    }

    async Task PlusAsync(int count, CancellationToken cancel)
    {
        while (count > 0)
            count -= (await NextAsync(cancel) ?? throw CroftException.World("the console was closed")).Count(c => c == '+');
    }

    /// <summary>Returns when the guest has read all so far.</summary>
    async Task SyncAsync(CancellationToken cancel)
    {
        var mark = Guid.NewGuid().ToString("n");
        Send($"echo croft-\"\"{mark}\r");
        if (!await ComesAsync("croft-" + mark, cancel, patience: 30))
            throw CroftException.World($"the console does not answer, last: {LastLine}");
    }

    async Task<bool> ComesAsync(string word, CancellationToken cancel, int patience = 5)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(TimeSpan.FromSeconds(patience));
        var text = new StringBuilder();
        try
        {
            while (!text.ToString().Contains(word, StringComparison.Ordinal))
                text.Append(await NextAsync(late.Token) ?? throw CroftException.World("the console was closed"));
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>What is said until nothing is for a while.</summary>
    async Task<string> QuietAsync(CancellationToken cancel)
    {
        var text = new StringBuilder();
        while (true)
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            late.CancelAfter(Quiet);
            try
            {
                text.Append(await NextAsync(late.Token) ?? throw CroftException.World("the console was closed"));
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return text.ToString();
            }
        }
    }

    async Task<string?> NextAsync(CancellationToken cancel)
    {
        if (!await heard.Reader.WaitToReadAsync(cancel) || !heard.Reader.TryRead(out var bytes))
            return null;
        var text = Encoding.UTF8.GetString(bytes);
        seen.Append(text);
        if (seen.Length > Kept)
            seen.Remove(0, seen.Length - Kept);
        return text;
    }

    void Send(string text)
    {
        console.Write(Encoding.UTF8.GetBytes(text));
        console.Flush();
    }

    public void Dispose() => console.Dispose();
}
