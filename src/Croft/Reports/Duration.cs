namespace Croft.Reports;

/// <summary>Times as people say them.</summary>
static class Duration
{
    /// <summary>"0.13s", "4.2s", "48s", "3m 07s", "2h 04m".</summary>
    internal static string Text(TimeSpan time)
    {
        var seconds = (long)Math.Round(time.TotalSeconds);
        var minutes = (long)Math.Round(time.TotalMinutes);
        return time.TotalSeconds switch
        {
            < 0.005 => "0s",
            < 0.995 => $"{time.TotalSeconds:0.00}s",
            < 9.95 => $"{time.TotalSeconds:0.0}s",
            < 59.5 => $"{seconds}s",
            < 3599.5 => $"{seconds / 60}m {seconds % 60:00}s",
            _ => $"{minutes / 60}h {minutes % 60:00}m",
        };
    }
}
