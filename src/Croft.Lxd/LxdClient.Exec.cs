using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Croft.Lxd;

/// <summary>A command in an instance.</summary>
/// <param name="Input">Writes its standard input, which is then closed; null gives it an empty one.</param>
/// <param name="Output">Takes its standard output, with a terminal also its errors.</param>
/// <param name="Error">Takes what it says on standard error.</param>
sealed record LxdCommand(
    IReadOnlyList<string> Words,
    IReadOnlyDictionary<string, string> Environment,
    string? Folder,
    Func<Stream, CancellationToken, Task>? Input,
    Func<Stream, CancellationToken, Task> Output,
    Func<Stream, CancellationToken, Task> Error
)
{
    /// <summary>Columns and rows of its terminal; null without one.</summary>
    public (int Columns, int Rows)? Terminal { get; init; }
}

sealed partial class LxdClient
{
    const string Kill = """{"command":"signal","signal":9}""";

    /// <summary>Runs a command in an instance. Returns its exit code; it is killed when this is cancelled.</summary>
    public async Task<int> ExecAsync(string instance, LxdCommand command, CancellationToken cancel)
    {
        var body = new JsonObject
        {
            ["command"] = new JsonArray([.. command.Words.Select(w => (JsonNode)w)]),
            ["environment"] = new JsonObject(command.Environment.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value))),
            ["wait-for-websocket"] = true,
            ["interactive"] = command.Terminal is not null,
        };
        if (command.Folder is not null)
            body["cwd"] = command.Folder;
        if (command.Terminal is { } size)
            (body["width"], body["height"]) = (size.Columns, size.Rows);
        var begun = await BeginAsync(HttpMethod.Post, $"1.0/instances/{instance}/exec", body, cancel);
        var secrets = begun.Word("fds") ?? throw new LxdException("the service gives no way to the command", 502);
        await using var control = await OpenAsync(begun.Id, secrets.GetProperty("control").GetString()!, cancel);
        await using var stdin = await OpenAsync(begun.Id, secrets.GetProperty("0").GetString()!, cancel);
        if (command.Terminal is not null)
            return await TalkAsync(begun, command, stdin, stdin, null, control, cancel);
        await using var stdout = await OpenAsync(begun.Id, secrets.GetProperty("1").GetString()!, cancel);
        await using var stderr = await OpenAsync(begun.Id, secrets.GetProperty("2").GetString()!, cancel);
        return await TalkAsync(begun, command, stdin, stdout, stderr, control, cancel);
    }

    async Task<int> TalkAsync(
        Operation begun,
        LxdCommand command,
        LxdStream stdin,
        LxdStream stdout,
        LxdStream? stderr,
        LxdStream control,
        CancellationToken cancel
    )
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var end = EndAsync(begun, cancel);
        var input = FeedAsync(stdin, command.Input, over.Token);
        var output = command.Output(stdout, over.Token);
        var error = stderr is null ? Task.CompletedTask : command.Error(stderr, over.Token);
        try
        {
            await Task.WhenAll(output, error);
            var ended = await end;
            return ended.Word("return") is { ValueKind: JsonValueKind.Number } code ? code.GetInt32() // a shell's 127 is a failure to the service
                : ended.StatusCode == Ended ? -1
                : throw FailureOf(ended);
        }
        catch
        {
            await KillAsync(control);
            throw;
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAny(Task.WhenAll(input, output, error));
            _ = end.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    static async Task FeedAsync(LxdStream stdin, Func<Stream, CancellationToken, Task>? input, CancellationToken cancel)
    {
        try
        {
            if (input is not null)
                await input(stdin, cancel);
            await stdin.EndAsync(cancel);
        }
        catch (IOException)
        {
            // The command reads no more.
        }
    }

    static async Task KillAsync(LxdStream control)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await control.TellAsync(Encoding.ASCII.GetBytes(Kill), late.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It is gone.
        }
    }

    /// <summary>What the serial console of an instance is connected to.</summary>
    public async Task<Stream> ConsoleAsync(string instance, int columns, int rows, CancellationToken cancel)
    {
        var begun = await BeginAsync(
            HttpMethod.Post,
            $"1.0/instances/{instance}/console",
            new JsonObject
            {
                ["type"] = "console",
                ["width"] = columns,
                ["height"] = rows,
            },
            cancel
        );
        var secrets = begun.Word("fds") ?? throw new LxdException("the service gives no way to the console", 502);
        var control = await OpenAsync(begun.Id, secrets.GetProperty("control").GetString()!, cancel);
        return await OpenAsync(begun.Id, secrets.GetProperty("0").GetString()!, cancel, held: control); // it ends with its control
    }
}
