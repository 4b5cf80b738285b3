using System.Net;
using System.Text;

namespace Croft.Reports;

/// <summary>The few ways by which text gets into the page; each of them escapes.</summary>
static class Html
{
    /// <summary>A name or a sentence, on one line.</summary>
    internal static string Text(string? text) => WebUtility.HtmlEncode(PlainText.Line(text ?? ""));

    /// <summary>A text with lines: the logs', for <c>pre</c>.</summary>
    internal static string Lines(string text) => WebUtility.HtmlEncode(PlainText.Of(text));

    /// <summary>
    /// A link to a file in the run's folder. Each part is escaped by itself, so that a name never becomes a scheme or a query.
    /// </summary>
    internal static string Link(string relative) => "./" + string.Join('/', relative.Split('/').Select(part => Uri.EscapeDataString(part)));

    /// <summary>A share of the whole, for a style.</summary>
    internal static string Percent(double share) => $"{Math.Clamp(share, 0, 1) * 100:0.###}%";

    /// <summary>"312 KiB".</summary>
    internal static string Size(long bytes) =>
        bytes switch
        {
            < 1024 => $"{bytes} B",
            < 1024 * 1024 => $"{bytes / 1024.0:0} KiB",
            _ => $"{bytes / (1024.0 * 1024):0.0} MiB",
        };

    /// <summary>A plural that is a number and a word.</summary>
    internal static string Many(int count, string word) => count == 1 ? $"1 {word}" : $"{count} {word}s";

    internal static StringBuilder Line(this StringBuilder page, string html) => page.Append(html).Append('\n');
}
