using System.Collections.Immutable;
using Croft.Engines;

namespace Croft.Tests.Planning;

public sealed class HostsWithoutFirmware
{
    [Theory]
    [InlineData("firmware: uefi", "h: has no UEFI for x86_64 (install ovmf there, with libvirt 8.1 or later)")]
    [InlineData("secure_boot: true", "h: has no UEFI for x86_64 (install ovmf there, with libvirt 8.1 or later)")]
    [InlineData("tpm: true", "h: has no emulated TPM (install swtpm and swtpm-tools there)")]
    [InlineData("vcpus: 1", null)]
    public void AreNotChosenAndSayWhatToInstall(string keys, string? reason)
    {
        var text = "farm: f\n" + Lab.Hypervisors("h") + $"vms: {{ list: [ {{ name: a, platform: debian_13, target: amd64, {keys} }} ] }}";
        Assert.Equal(reason is not null, PlanText.Problems(Lab.Plan(text, With(false))).Contains(reason ?? "h:", StringComparison.Ordinal));
        Assert.Empty(Lab.Plan(text, With(true)).Problems);
        Assert.Empty(Lab.Plan(text, Lab.Host("h")).Problems); // was not asked
    }

    [Fact]
    public void WithoutSecureBootIsTheLessOfUefi() =>
        Assert.Contains(
            "h: has no UEFI with Secure Boot for x86_64",
            PlanText.Problems(
                Lab.Plan(
                    "farm: f\n"
                        + Lab.Hypervisors("h")
                        + "vms: { list: [ { name: a, platform: debian_13, target: amd64, secure_boot: true } ] }",
                    With(true, secure: false)
                )
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public void LeaveTheMachineToOthers() =>
        Assert.Equal(
            "other",
            Lab.Plan(
                    "farm: f\n"
                        + Lab.Hypervisors("h", "other")
                        + "vms: { list: [ { name: a, platform: debian_13, target: amd64, firmware: uefi } ] }",
                    With(false),
                    Lab.Host("other")
                )
                .Machines[0]
                .Hypervisor
        );

    static HypervisorState With(bool support, bool? secure = null) =>
        Lab.Host("h") with
        {
            Boot = ImmutableSortedDictionary<string, BootSupport>.Empty.Add("x86_64", new(support, secure ?? support, support)),
        };
}
