using Croft.Images;

namespace Croft.Tests.Images;

/// <summary>Keeps what was reported, at once (Progress&lt;T&gt; would be late).</summary>
/// <param name="heard">Called with each, too.</param>
sealed class Recorder(Action<ImageProgress>? heard = null) : IProgress<ImageProgress>
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
        heard?.Invoke(value);
    }
}
