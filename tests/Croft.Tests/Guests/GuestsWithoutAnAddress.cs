using Croft.Farms;
using Croft.Guests;

namespace Croft.Tests.Guests;

public sealed class GuestsWithoutAnAddress
{
    [Fact]
    public async Task AreNamedWhenTheyAreLate()
    {
        using var readiness = new Readiness("db", null, new(WaitKind.Ssh), "here", TimeProvider.System, _ => { }, () => Task.FromResult(""))
        {
            Find = async cancel =>
            {
                await Task.Delay(Timeout.Infinite, cancel);
                throw new InvalidOperationException();
            },
        };
        var late = await Assert.ThrowsAsync<CroftException>(() =>
            readiness.WaitAsync(running: false, TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken)
        );
        Assert.StartsWith("machine \"db\" was not ready", late.Message);
        Assert.Equal("croft console db --log shows its serial log", late.Hint);
    }
}
