using System.Diagnostics;
using System.Text;

namespace Croft.Tests.Farms;

public sealed class LargeFarm
{
    // Far above what reading takes; a step that is quadratic is far above this.
    const int Milliseconds = 60_000;

    [Fact]
    public void OfTenThousandMachinesIsReadInLinearTime()
    {
        var clock = Stopwatch.StartNew();
        Assert.Equal(10_000, Reading.Farm(Text("10.0.0.0/16", "debian_13")).Machines.Length);
        Assert.InRange(clock.ElapsedMilliseconds, 0, Milliseconds);
    }

    [Theory]
    [InlineData("11.0.0.0/16", "debian_13")]
    [InlineData("10.0.0.0/16", "debian_31")]
    public void OfTenThousandMistakesIsReadInLinearTime(string cidr, string platform)
    {
        var clock = Stopwatch.StartNew();
        Assert.InRange(Reading.Problems(Text(cidr, platform)).Split('\n').Length, 10_000, 10_001);
        Assert.InRange(clock.ElapsedMilliseconds, 0, Milliseconds);
    }

    [Fact]
    public void OfOneCountedEntryIsReadInLinearTime()
    {
        var clock = Stopwatch.StartNew();
        Assert.Equal(
            100_000,
            Reading
                .Farm(
                    "farm: f\nvms:\n  list:\n"
                        + string.Concat(Enumerable.Range(0, 10).Select(i => $"  - {{ platform: debian_13, name: n{i}, count: 10000 }}\n"))
                )
                .Machines.Length
        );
        Assert.InRange(clock.ElapsedMilliseconds, 0, Milliseconds);
    }

    static string Text(string cidr, string platform)
    {
        StringBuilder text = new($"farm: f\nnetworks: {{ a: {{ cidr: {cidr} }} }}\nhypervisors:\n");
        for (var i = 0; i < 100; i++)
            text.Append($"  h{i}: {{ uri: qemu+ssh://h{i}/system, labels: {{ rack: r{i % 10} }} }}\n");

        text.Append("vms:\n  list:\n");
        for (var i = 0; i < 10_000; i++)
            text.Append(
                $"    - {{ name: m{i}, platform: {platform}, memory: {256 + (i % 7)}MiB, hypervisor: h{i % 100}, networks: [ {{ name: a, address: 10.0.{(i / 200) + 1}.{(i % 200) + 2} }} ] }}\n"
            );

        return text.ToString();
    }
}
