using Croft.Images;

namespace Croft.Tests.Images;

/// <summary>Keeps what was reported, at once (Progress&lt;T&gt; would be late).</summary>
sealed class Recorder : IProgress<ImageProgress>
{
    readonly List<ImageProgress> seen = [];

    public IReadOnlyList<ImageProgress> Seen
    {
        get
        {
            lock (seen)
                return [.. seen];
        }
    }

    public void Report(ImageProgress value)
    {
        lock (seen)
            seen.Add(value);
    }
}
