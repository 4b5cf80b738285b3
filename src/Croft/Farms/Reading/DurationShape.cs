using System.Globalization;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>A length of time: a number of seconds, or a number with <c>s</c>, <c>m</c>, <c>min</c>, <c>h</c>.</summary>
sealed class DurationShape(int leastSeconds) : ScalarShape<TimeSpan>
{
    const int LongestSeconds = 30 * 24 * 3600;

    public override string Type => "duration, such as `30s`, `5m` or `1h`; a bare number is seconds";

    public override bool TryParse(string text, out TimeSpan value, out Complaint complaint)
    {
        value = default;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        digits = digits < 0 ? text.Length : digits;
        var unit = text.AsSpan(digits) switch
        {
            "" or "s" => 1,
            "m" or "min" => 60,
            "h" => 3600,
            _ => 0,
        };
        if (unit == 0 || digits is 0 or > 9)
        {
            complaint = new($"{Words.Quote(text)} is not a duration", "a duration is a number with s, m or h, such as 90s");
            return false;
        }

        var seconds = long.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture) * unit;
        if (seconds < leastSeconds || seconds > LongestSeconds)
        {
            complaint = new($"{Words.Quote(text)} is not between {leastSeconds}s and {LongestSeconds / 3600}h");
            return false;
        }

        value = TimeSpan.FromSeconds(seconds);
        complaint = default;
        return true;
    }

    public override JsonObject Schema() =>
        new()
        {
            ["anyOf"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "integer",
                    ["minimum"] = leastSeconds,
                    ["maximum"] = LongestSeconds,
                },
                new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]{1,9}(s|m|min|h)?$" }
            ),
        };
}
