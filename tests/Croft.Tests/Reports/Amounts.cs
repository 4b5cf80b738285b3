namespace Croft.Tests.Reports;

public sealed class Amounts
{
    [Theory]
    [InlineData(0, "0 machines", "0 machines are")]
    [InlineData(1, "1 machine", "1 machine is")]
    [InlineData(2, "2 machines", "2 machines are")]
    public void AreSaidAsPeopleDo(int count, string of, string are) =>
        Assert.Equal((of, are), (Amount.Of(count, "machine"), Amount.Are(count, "machine")));
}
