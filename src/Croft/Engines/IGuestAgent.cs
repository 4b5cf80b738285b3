namespace Croft.Engines;

/// <summary>A program in a machine's guest that does as root what its hypervisor hands on. It knows no streams, only pieces.</summary>
interface IGuestAgent
{
    /// <summary>Why it does not run commands; null when it does.</summary>
    Task<string?> RefusalAsync(CancellationToken cancel);

    /// <summary>Starts a script by <c>sh</c>, and does not wait for it. Returns its number.</summary>
    /// <param name="input">Its standard input.</param>
    Task<long> StartAsync(string script, ReadOnlyMemory<byte> input, CancellationToken cancel);

    /// <summary>How it ended; null while it runs.</summary>
    Task<AgentExit?> ExitAsync(long process, CancellationToken cancel);

    /// <summary>Opens a file; null when it is not there yet.</summary>
    Task<long?> OpenAsync(string path, bool write, CancellationToken cancel);

    /// <summary>Reads from a place on, at most a piece; less than that is its end for now.</summary>
    Task<byte[]> ReadAsync(long file, long from, CancellationToken cancel);

    /// <summary>Writes at most a piece.</summary>
    Task WriteAsync(long file, ReadOnlyMemory<byte> piece, CancellationToken cancel);

    Task CloseAsync(long file, CancellationToken cancel);

    /// <summary>In bytes: what passes at once. An agent of an emulated guest stands still over larger ones.</summary>
    const int Piece = 48 << 10;

    /// <summary>What begins the refusal of one that may not run commands.</summary>
    const string Forbids = "the guest agent forbids";

    /// <summary>What libvirt says of one that may not run commands.</summary>
    static bool IsForbidden(CroftException e) => e.Message.Contains("guest-exec has been disabled", StringComparison.Ordinal);

    const string Cure =
        "take guest-exec and guest-exec-status out of what it blocks, in the guest's /etc/sysconfig/qemu-ga or /etc/qemu/qemu-ga.conf, and restart qemu-guest-agent";

    /// <summary>What a message says of one that does not listen at all.</summary>
    const string Absent = "is not connected";
}

/// <summary>How a script of the agent's ended.</summary>
/// <param name="Output">What it said, as far as it kept its output.</param>
sealed record AgentExit(int Code, byte[] Output, byte[] Error);
