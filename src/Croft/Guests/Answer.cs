using System.Globalization;
using System.Text;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>
/// What a command answers over ssh. It begins behind a line of its own: a login shell may say anything before, and is given nothing. Where
/// the command is heard, what it and its children say passes through a <c>cat</c> in the guest: the answer ends with the command's own
/// shell, and children that go on never meet a closed output.
/// </summary>
/// <param name="over">Ends the connection, when all has been heard and somebody in the guest still holds it.</param>
sealed class Answer(GuestCommand command, CancellationTokenSource over)
{
    /// <summary>What is said of a login shell that does something else than it is told.</summary>
    public const string Mute =
        "the login shell does not begin the command; a start-up file such as ~/.bashrc may run another program first";

    const string Begins = "croft-begins";
    const int LongestNoise = 1000;

    /// <summary>In bytes: no greeting is near that.</summary>
    const int TooMuchNoise = 1 << 20;

    /// <summary>Of the line that ends what is heard, behind the mark: an exit code has three digits.</summary>
    const int LongestCode = 16;

    /// <summary>For what children say in passing, and for a guest that is slow to end a session.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>By when a login shell begins what it is told.</summary>
    static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    readonly TaskCompletionSource<bool> begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly string end = Guid.NewGuid().ToString("n");
    string text = "";
    string? noise = "";
    int? code;
    bool isMute;

    TimeSpan Patience { get; init; } = Usual;

    /// <summary>Has a session answer a command.</summary>
    /// <param name="session">Runs the answer's text with its input and output.</param>
    /// <param name="patience">By when the login shell has to begin; null for what is usual.</param>
    public static async Task<ToolResult> RunAsync(
        GuestCommand command,
        Func<Answer, CancellationToken, Task<ToolResult>> session,
        CancellationToken cancel,
        TimeSpan? patience = null
    )
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var answer = new Answer(command, over) { Patience = patience ?? Usual };
        try
        {
            return answer.Of(await session(answer, over.Token));
        }
        catch (OperationCanceledException) when ((answer.IsOver || answer.isMute) && !cancel.IsCancellationRequested)
        {
            return answer.Of(null);
        }
    }

    /// <summary>For the shell that logged in.</summary>
    public string Text => Shell.Command($"echo {Begins}; echo {Begins} >&2; {Line}");

    /// <summary>
    /// The same for a shell of which an answer has begun; one line when the command is one. What it prints at the end does not stand in it
    /// as it is: the command may list processes.
    /// </summary>
    public string Line =>
        command.Said is null
            ? command.Text
            : $"{{ ({command.Text}) 2>&1; echo croft-\"\"{end} $?; }} | (trap \"\" PIPE; cat; exec cat >/dev/null) 2>/dev/null";

    /// <summary>Whether the command has ended, whatever holds the connection.</summary>
    public bool IsOver => code is not null;

    /// <summary>Writes what the command reads, once it has begun: another would take it for its own. Null where it reads nothing.</summary>
    public Func<Stream, CancellationToken, Task>? Input => command.Input is null ? null : FeedAsync;

    /// <summary>Takes a session's output from its beginning.</summary>
    public async Task ReadAsync(Stream output, CancellationToken cancel)
    {
        noise = await SkipAsync(output, Begins, cancel);
        begun.TrySetResult(noise is null);
        if (noise is null)
            await TakeAsync(output, cancel);
    }

    /// <summary>Takes the output of a session whose answer has begun.</summary>
    public async Task TakeAsync(Stream output, CancellationToken cancel)
    {
        noise = null;
        if (command.Output is not null)
            await command.Output(output, cancel);
        else if (command.Said is not null)
            await HearAsync(output, command.Said, cancel);
        else
            text = await Bounded.ReadAsync(new StreamReader(output), "a command in the guest", cancel);
    }

    /// <summary>What came of it.</summary>
    /// <param name="session">How ssh ended; null when it was ended from here.</param>
    public ToolResult Of(ToolResult? session)
    {
        if (code is { } own)
            return new(own, "", "");
        if (isMute)
            return new(IGuest.ConnectionFailed, "", Mute);
        var (exit, error) = (session!.ExitCode, session.Error);
        if (error.IndexOf(Begins + "\n", StringComparison.Ordinal) is var at and >= 0)
            error = error[(at + Begins.Length + 1)..];
        if (noise is not null && string.IsNullOrWhiteSpace(error))
            error = exit == 0 ? $"the login shell ended without running the command: {noise}" : noise;
        return new(noise is not null && exit == 0 ? IGuest.ConnectionFailed : exit, text, error);
    }

    /// <summary>
    /// Reads to the end of a line that ends so, not a byte further. Null when it came, otherwise the last of what came instead.
    /// </summary>
    /// <param name="word">Its first letter is not in it again.</param>
    /// <param name="before">Takes the last of what came before that line.</param>
    /// <exception cref="CroftException">What comes instead has no end.</exception>
    public static async Task<string?> SkipAsync(Stream output, string word, CancellationToken cancel, Action<string>? before = null)
    {
        var (next, seen, passed) = (new byte[1], 0, new Tail<byte>(LongestNoise)); // buffered it would take from what follows
        while (await output.ReadAsync(next, cancel) > 0)
        {
            passed.Add(next);
            if (passed.Lost > TooMuchNoise)
                throw CroftException.World(
                    $"the guest says more than {TooMuchNoise >> 20} MiB before it does what it is asked, last: {PlainText.Line(Encoding.UTF8.GetString(passed.Kept))}"
                );
            if (seen == word.Length && next[0] == '\n')
            {
                before?.Invoke(Encoding.UTF8.GetString(passed.Kept)[..^(word.Length + 1)]);
                return null;
            }

            seen =
                seen < word.Length && next[0] == word[seen] ? seen + 1
                : next[0] == word[0] ? 1
                : 0;
        }

        return Encoding.UTF8.GetString(passed.Kept).Trim();
    }

    async Task FeedAsync(Stream stdin, CancellationToken cancel)
    {
        try
        {
            if (await begun.Task.WaitAsync(Patience, cancel))
                await command.Input!(stdin, cancel);
        }
        catch (TimeoutException)
        {
            isMute = true;
            await over.CancelAsync();
        }
    }

    async Task HearAsync(Stream output, Action<ReadOnlySpan<byte>> said, CancellationToken cancel)
    {
        var (mark, buffer, held) = (Encoding.ASCII.GetBytes("croft-" + end), new byte[1 << 16], 0);
        while (await output.ReadAsync(buffer.AsMemory(held), cancel) is var count and > 0)
        {
            held += count;
            var at = StartOf(mark, buffer.AsSpan(0, held));
            said(buffer.AsSpan(0, at));
            buffer.AsSpan(at, held - at).CopyTo(buffer);
            held -= at;
            if (!buffer.AsSpan(0, held).StartsWith(mark) || (EndOf(buffer.AsSpan(mark.Length, held - mark.Length)) is var end && end < 0))
                continue;
            code = CodeOf(buffer.AsSpan(mark.Length, end));
            said(buffer.AsSpan(Math.Min(held, mark.Length + end + 1)..held));
            await LingerAsync(output, buffer, said, cancel);
            over.CancelAfter(Grace); // its output is closed, and the session may stay all the same
            return;
        }

        said(buffer.AsSpan(0, held));
    }

    /// <summary>Hears on for a moment; then whoever still holds the output is left alone.</summary>
    async Task LingerAsync(Stream output, byte[] buffer, Action<ReadOnlySpan<byte>> said, CancellationToken cancel)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        soon.CancelAfter(Grace);
        try
        {
            while (await output.ReadAsync(buffer, soon.Token) is var count and > 0)
                said(buffer.AsSpan(0, count));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            command.Held?.Invoke();
            await over.CancelAsync();
        }
    }

    /// <summary>Where the line behind the mark ends, which only a guest that lies makes long; -1 when its end is still to come.</summary>
    static int EndOf(ReadOnlySpan<byte> heard) =>
        heard.IndexOf((byte)'\n') is var line and >= 0 ? line
        : heard.Length > LongestCode ? LongestCode
        : -1;

    /// <summary>What is none counts as a connection that failed.</summary>
    static int CodeOf(ReadOnlySpan<byte> line) =>
        byte.TryParse(line.Trim((byte)' '), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : IGuest.ConnectionFailed;

    /// <summary>Where the mark is, or what may become it; the length when it is nowhere.</summary>
    static int StartOf(ReadOnlySpan<byte> mark, ReadOnlySpan<byte> heard)
    {
        if (heard.IndexOf(mark) is var whole and >= 0)
            return whole;
        for (var length = Math.Min(mark.Length - 1, heard.Length); length > 0; length--)
            if (heard.EndsWith(mark[..length]))
                return heard.Length - length;
        return heard.Length;
    }
}
