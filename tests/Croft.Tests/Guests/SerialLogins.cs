using Croft.Guests;

namespace Croft.Tests.Guests;

public sealed class SerialLogins
{
    [Theory]
    [InlineData("right", null)]
    [InlineData("wrong", "the console does not let in root: Login incorrect")]
    [InlineData(null, "the console asks for a password, and auth names none for root")]
    public async Task TryAPasswordOnceAndWaitForWhoeverIsSlow(string? password, string? refusal)
    {
        var getty = new Getty("root", "right");
        using var session = new SerialSession(getty) { Quiet = TimeSpan.FromMilliseconds(60) };
        Assert.Equal(refusal, await session.LogInAsync("root", password, TestContext.Current.CancellationToken));
        Assert.Equal(password is null ? 0 : 1, getty.Tries);
    }
}
