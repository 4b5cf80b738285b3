using Croft.Engines;

namespace Croft.Testing;

/// <summary>A file of a simulated pool. Of large files only the size is kept.</summary>
sealed class SimulatedVolume(string name, string? backing, long capacity)
{
    const int MostKept = 1 << 16;

    /// <summary>What an empty file takes.</summary>
    const long Empty = 1 << 12;

    public string Name => name;

    public string? Backing { get; set; } = backing;

    public long Capacity { get; private set; } = capacity;

    public long Allocation { get; set; } = Empty;

    public DateTimeOffset Changed { get; private set; }

    public byte[] Content { get; private set; } = [];

    /// <summary>The memory that was saved into it: what the guest in it took itself for.</summary>
    public SimulatedMemory? Memory { get; set; }

    public void Write(Stream content, DateTimeOffset now)
    {
        Capacity = content.Length;
        Allocation = Empty + content.Length;
        if (content.Length <= MostKept)
        {
            Content = new byte[content.Length];
            content.ReadExactly(Content);
        }

        Changed = now;
    }

    public void Grow(long capacity) => Capacity = Math.Max(Capacity, capacity);

    public void Append(string text, DateTimeOffset now)
    {
        Content = [.. Content, .. System.Text.Encoding.UTF8.GetBytes(text)];
        Changed = now;
    }
}
