namespace Croft.Images;

/// <summary>How far an image is.</summary>
/// <param name="Image">Its name.</param>
/// <param name="Phase">What is being done, such as <c>downloading</c>.</param>
/// <param name="Done">Bytes done in this phase; 0 when it is not counted in bytes.</param>
/// <param name="Total">Bytes to do; null when unknown.</param>
/// <param name="Rate">Bytes per second, over the phase so far; null before there is one.</param>
public sealed record ImageProgress(string Image, string Phase, long Done = 0, long? Total = null, double? Rate = null)
{
    /// <summary>The time that the rest takes at this rate; null when it cannot be told.</summary>
    public TimeSpan? TimeLeft =>
        Total is { } total && Rate is > 0 and { } rate ? TimeSpan.FromSeconds(Math.Max(0, total - Done) / rate) : null;
}
