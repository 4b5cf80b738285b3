using System.Collections.Concurrent;
using Croft.Engines;
using Croft.Tools;

namespace Croft.Tests.Guests;

/// <summary>A guest agent whose guest is this host: scripts in a shell, files as they are.</summary>
sealed class AgentOfThisHost : IGuestAgent
{
    readonly ConcurrentDictionary<long, Task<AgentExit>> processes = new();
    readonly ConcurrentDictionary<long, FileStream> files = new();
    long count;

    /// <summary>Why it does not run commands.</summary>
    public string? Refusal { get; set; }

    /// <summary>The largest piece that passed.</summary>
    public int Largest { get; private set; }

    public Task<string?> RefusalAsync(CancellationToken cancel) => Task.FromResult(Refusal);

    public Task<long> StartAsync(string script, ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        if (Refusal is not null)
            throw CroftException.World(Refusal);
        Largest = Math.Max(Largest, input.Length);
        var process = Interlocked.Increment(ref count);
        processes[process] = RunAsync(script, input);
        return Task.FromResult(process);
    }

    static async Task<AgentExit> RunAsync(string script, ReadOnlyMemory<byte> input)
    {
        using var output = new MemoryStream();
        var result = await new Tool("/bin/sh", "-c", script.Replace("date -u -s", ": date", StringComparison.Ordinal))
        {
            Environment = new Dictionary<string, string?> { ["HOME"] = Path.GetTempPath() },
            Input = async (stdin, stop) => await stdin.WriteAsync(input, stop),
            Output = (stdout, stop) => stdout.CopyToAsync(output, stop),
        }.RunAsync(CancellationToken.None);
        return new(result.ExitCode, output.ToArray(), System.Text.Encoding.UTF8.GetBytes(result.Error));
    }

    public Task<AgentExit?> ExitAsync(long process, CancellationToken cancel) =>
        processes[process] is { IsCompleted: true } ended ? Wrapped(ended) : Task.FromResult<AgentExit?>(null);

    static async Task<AgentExit?> Wrapped(Task<AgentExit> ended) => await ended;

    public Task<long?> OpenAsync(string path, bool write, CancellationToken cancel)
    {
        if (!write && !File.Exists(path))
            return Task.FromResult<long?>(null);
        var file = Interlocked.Increment(ref count);
        files[file] = new(
            path,
            write ? FileMode.Create : FileMode.Open,
            write ? FileAccess.Write : FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete
        );
        return Task.FromResult<long?>(file);
    }

    public async Task<byte[]> ReadAsync(long file, long from, CancellationToken cancel)
    {
        var piece = new byte[IGuestAgent.Piece];
        files[file].Position = from;
        return piece[..await files[file].ReadAsync(piece, cancel)];
    }

    public async Task WriteAsync(long file, ReadOnlyMemory<byte> piece, CancellationToken cancel)
    {
        Largest = Math.Max(Largest, piece.Length);
        await files[file].WriteAsync(piece, cancel);
    }

    public async Task CloseAsync(long file, CancellationToken cancel)
    {
        if (files.TryRemove(file, out var open))
            await open.DisposeAsync();
    }
}
