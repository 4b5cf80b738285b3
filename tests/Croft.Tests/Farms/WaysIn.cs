using Croft.Farms;

namespace Croft.Tests.Farms;

/// <summary>How guests are entered, as farm files say it.</summary>
public sealed class WaysIn
{
    const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJj2Y6jFSm4xDIF6VVFCtS1o8Cn8OGlRAGEVuMBgWPD";

    [Fact]
    public void OfImagesThatCroftBuiltIsTheSeed() =>
        Assert.Contains(
            "which Croft built, lets nobody in by ssh before it has read its seed; leave first_boot out",
            Reading.MachineProblems("first_boot: none")
        );

    [Fact]
    public void AreReadWithWhatReadyMeansThen()
    {
        var machine = Reading.Machine(
            "auth: { user: me, password: { file: pw }, become: { method: su, password: { env: ROOT } } }, port: 2222"
        );
        Assert.Equal("me", machine.User);
        Assert.Equal(2222, machine.Login.Port);
        Assert.Equal(new SecretSpec(SecretKind.File, "/nowhere/pw"), machine.Login.Password);
        Assert.Equal(new BecomeSpec(BecomeMethod.Su, new(SecretKind.Env, "ROOT")), machine.Login.Become);
        Assert.Equal(WaitKind.Agent, Reading.Machine("connection: agent, networks: []").Wait.Kind);
        Assert.Equal(WaitKind.None, Reading.Machine("connection: none").Wait.Kind);
        Assert.Equal(Key, Reading.Machine($"first_boot: none, host_key: {Key} me@here").Login.HostKey);
        Assert.Equal(machine.Login.Password, SecretSpec.Parse(machine.Login.Password!.ToString()));
    }

    [Theory]
    [InlineData("auth: { password: hunter2 }", "a secret does not belong in a farm file")]
    [InlineData("auth: { password: { env: A, file: b } }", "must be `ask`")]
    [InlineData("auth: { password: { vault: x } }", "a secret has no key \"vault\"")]
    [InlineData("auth: { user: a, become: { method: doas, password: ask } }", "permit nopass a")]
    [InlineData("auth: { user: a, become: su }", "su asks for root's password")]
    [InlineData("auth: { user: a }\n      user: b", "write one of them")]
    [InlineData("connection: winrm", "does not speak WinRM yet")]
    [InlineData("connection: agent\n      wait: ssh", "nobody waits by ssh")]
    [InlineData("connection: agent\n      port: 23", "port is ssh's")]
    [InlineData("host_key: " + Key, "Croft itself gives")]
    [InlineData("first_boot: ignition", "does not know Ignition")]
    public void AreRefusedByName(string keys, string words) => Assert.Contains(words, Reading.MachineProblems(keys));
}
