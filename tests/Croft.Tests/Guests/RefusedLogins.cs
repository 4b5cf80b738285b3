using System.Net;
using Croft.Farms;
using Croft.Guests;

namespace Croft.Tests.Guests;

public sealed class RefusedLogins
{
    [Theory]
    [InlineData("unix_listener: path \"/very/long\" too long for Unix domain socket", "XDG_RUNTIME_DIR", true)]
    [InlineData("No ED25519 host key is known for f.a / Host key verification failed.", "croft up --recreate a", false)]
    [InlineData("debian@10.0.0.1: Permission denied (publickey,password).", "the user debian", false)]
    [InlineData("the console does not let in debian: Login incorrect", "is the password right", false)]
    [InlineData("the console asks for a password, and auth names none for debian", "auth: { password:", true)]
    [InlineData("ssh: connect to host 10.0.0.1 port 22: Connection refused", null, false)]
    [InlineData("kex_exchange_identification: Connection closed by remote host", null, false)]
    [InlineData("System is booting up. Unprivileged users are not permitted to log in yet.", null, false)]
    public void ThatNoWaitingMendsAreKnownWithTheirCure(string words, string? cure, bool atOnce)
    {
        var refusal = Refusal.Of(words, new GuestAccess("a", "f.a", IPAddress.Loopback, 22, "debian", ""));
        Assert.Equal((cure is not null, atOnce), (refusal is not null, refusal?.AtOnce is true));
        Assert.Contains(cure ?? "", refusal?.Cure ?? "");
    }

    [Theory]
    [InlineData(BecomeMethod.Sudo, "sudo: sorry, you must have a tty to run sudo", "Defaults:debian !requiretty")]
    [InlineData(BecomeMethod.Sudo, "sh: 1: exec: sudo: not found", "the guest has no sudo")]
    [InlineData(BecomeMethod.Doas, "sh: 1: exec: doas: not found", "the guest has no doas")]
    [InlineData(BecomeMethod.Sudo, "sudo: a password is required", "add auth.become.password")]
    [InlineData(BecomeMethod.Su, "su: must be suid to work properly", "set-user-ID")]
    [InlineData(BecomeMethod.Su, "su: Authentication failure", "has root one?")]
    public void AsRootHaveTheCureOfTheirReason(BecomeMethod method, string words, string cure)
    {
        var login = new LoginSpec { Become = new(method, null) };
        var refusal = Refusal.Of(words, new GuestAccess("a", "f.a", IPAddress.Loopback, 22, "debian", "") { Login = login });
        Assert.Contains(cure, refusal!.Cure);
    }
}
