using System.Diagnostics;

namespace Croft.Libvirt.Tests;

static class Wait
{
    internal static void Until(Func<bool> holds, string what, int seconds = 30)
    {
        for (var waited = Stopwatch.StartNew(); !holds(); Thread.Sleep(20))
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(seconds), $"after {seconds} s still waiting until {what}");
    }
}
