using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;
using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Planning;

/// <summary>
/// Controllers that define machines on one host at once, in every order that chance finds; their clocks agree on nothing.
/// </summary>
public sealed class RacingClaims
{
    static readonly HypervisorSpec Host = Reading
        .Farm("farm: f\nhypervisors: { h: { uri: qemu+ssh://h/system, limits: { memory: 4GiB, vcpus: 4 } } }")
        .Hypervisors[0];
    static readonly DateTimeOffset Noon = DateTimeOffset.UnixEpoch;

    [Fact]
    public void NeverHoldMoreThanThereIs()
    {
        var (held, lost) = (0, 0);
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var there = new List<MachineState>();
            var holding = new List<MachineState>();
            var racing = Enumerable
                .Range(0, random.Next(2, 7))
                .Select(i => new Racer(Machine($"f{i}", random.Next(1, 5), random.Next(10)), random.Next(6) == 0))
                .ToList();
            var hasDead = racing.Any(r => r.Dies);
            for (var step = 0; racing.Count > 0; step++)
            {
                var racer = racing[random.Next(racing.Count)];
                if (!racer.Defined)
                {
                    there.Add(racer.Machine);
                    racer.Defined = true;
                    if (racer.Dies)
                        racing.Remove(racer);
                    continue;
                }

                var claim = Of(racer.Machine, there);
                if (claim == Claim.Waits && ++racer.Looks < 1000)
                    continue;
                racing.Remove(racer);
                if (claim == Claim.Holds)
                    holding.Add(racer.Machine);
                else
                    there.Remove(racer.Machine);
                Assert.True(holding.Sum(m => m.Memory) <= 4 * Lab.GiB && holding.Sum(m => m.Vcpus) <= 4, $"seed {seed}");
            }

            Assert.True(holding.Count > 0 || hasDead, $"seed {seed}: all left, though each fits alone");
            held += holding.Count;
            lost += there.Count - holding.Count;
        }

        Assert.True(held > 1000 && lost > 100);
    }

    [Fact]
    public void OfTwoAtOnceTheElderStays()
    {
        var (elder, younger) = (Machine("first", 3, 0), Machine("second", 3, 1));
        Assert.Equal(Claim.Waits, Of(elder, [elder, younger]));
        Assert.Equal(Claim.Lost, Of(younger, [elder, younger]));
        Assert.Equal(Claim.Holds, Of(elder, [elder]));
        Assert.Equal(
            "hypervisor \"h\" has no room for machine \"a\" any more: farm \"first\" in /first came first; 1 GiB of memory free, 3 GiB needed",
            Claims.Loss(younger.Record!, Host, State([elder, younger]))
        );
    }

    static Claim Of(MachineState machine, IEnumerable<MachineState> there) => Claims.Of(machine.Name, Host, State(there));

    static HypervisorState State(IEnumerable<MachineState> there) => Lab.Host("h") with { Machines = [.. there] };

    static MachineState Machine(string farm, int size, int second) =>
        new(
            farm + ".a",
            new MachineId(farm, "a").Uuid,
            PowerState.Off,
            size,
            size * Lab.GiB,
            MachineRecord.Nothing with
            {
                Farm = farm,
                Owner = farm,
                Folder = "/" + farm,
                Name = "a",
                Disks = ImmutableArray<DiskVolume>.Empty,
                Claim = new(Noon.AddSeconds(second), Noon, IsFirst: true),
            }
        );

    sealed record Racer(MachineState Machine, bool Dies)
    {
        public bool Defined { get; set; }

        public int Looks { get; set; }
    }
}
