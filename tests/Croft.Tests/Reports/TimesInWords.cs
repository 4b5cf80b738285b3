using Croft.Reports;

namespace Croft.Tests.Reports;

public sealed class TimesInWords
{
    [Theory]
    [InlineData(-1, "0s")]
    [InlineData(0, "0s")]
    [InlineData(0.13, "0.13s")]
    [InlineData(0.999, "1.0s")]
    [InlineData(9.96, "10s")]
    [InlineData(59.6, "1m 00s")]
    [InlineData(119.999, "2m 00s")]
    [InlineData(3599.7, "1h 00m")]
    [InlineData(7440, "2h 04m")]
    public void Round(double seconds, string expected) => Assert.Equal(expected, Duration.Text(TimeSpan.FromSeconds(seconds)));
}
