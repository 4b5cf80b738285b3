using System.Text.RegularExpressions;
using Croft.Phases;
using Croft.Tests.Farms;

namespace Croft.Tests.Architecture;

/// <summary>Whatever waits does it at home, where the user is told for what.</summary>
public sealed class Waiting
{
    /// <summary>They wait inside of something that tells, or never for long.</summary>
    static readonly string[] Told =
    [
        "src/Croft/Guests/Banner.cs",
        "src/Croft/Guests/ChannelGuest.cs", // inside Readiness
        "src/Croft/Guests/Port.cs",
        "src/Croft/Lifecycle/OpenFarm.Outside.cs", // inside Readiness
        "src/Croft/Lifecycle/PhaseRunner.cs", // 3 s
        "src/Croft/Engines/Libvirt/LibvirtHost.Machines.cs", // 1 s
        "src/Croft/Engines/Lxd/LxdEngine.Power.cs", // 2 s
        "src/Croft.Cli/LiveProgress.cs", // between two pictures
        "src/Croft/Tools/Poll.cs",
    ];

    static readonly string[] Homes = ["src/Croft/Tools/Poll.cs", "src/Croft/Tools/Tool.cs"];

    [Fact]
    public void IsDoneAtHomeOnly() =>
        Assert.Equal(
            [],
            Sources()
                .Where(s =>
                    !Homes.Contains(s.File)
                    && Regex.IsMatch(
                        s.Text,
                        @"\bTask\.Delay\(|\.WaitForExit|\bThread\.Sleep\(|\bSpinWait\b|\bDns\.GetHostAddresses\(|\bDns\.GetHostEntry\("
                    )
                )
                .Select(s => s.File)
        );

    [Fact]
    public void IsToldOfByWhoeverDoesItLong() =>
        Assert.Equal(
            [],
            Sources()
                .Where(s => !Told.Contains(s.File))
                .Where(s =>
                    Regex.IsMatch(s.Text, @"\bPoll\.\w+Async\(|\.WaitForExitAsync\(")
                    && !s.Text.Contains("Waits.For(", StringComparison.Ordinal)
                )
                .Select(s => s.File)
        );

    static IEnumerable<(string File, string Text)> Sources() =>
        Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .Select(file => (Path.GetRelativePath(Repository.Root, file), File.ReadAllText(file)));
}
