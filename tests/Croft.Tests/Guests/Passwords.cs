using System.Net;
using Croft.Farms;
using Croft.Guests;
using Croft.Images;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Guests;

/// <summary>Where passwords are found, who is told them, and where they never stand.</summary>
public sealed class Passwords
{
    const string Word = "pa ss'w\"$rd";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AreFoundWhereFarmFilesSay()
    {
        using var folder = new TemporaryFolder();
        var secrets = new Secrets(name => name == "PW" ? Word : null, (what, _) => what == "password of me" ? "typed" : null);
        Task<string> Read(SecretKind kind, string value) => secrets.ReadAsync(new(kind, value), "password of me", Cancel);
        Assert.Equal(Word, await Read(SecretKind.Env, "PW"));
        Assert.Equal("first", await Read(SecretKind.File, folder.Write("pw", "first\r\nsecond\n")));
        Assert.Equal("said", await Read(SecretKind.Command, "echo said; echo more"));
        Assert.Equal("typed", await Read(SecretKind.Ask, ""));
        var relative = new SecretSpec(SecretKind.Command, "cat pw").In(folder.Path);
        Assert.Equal("first", await secrets.ReadAsync(relative, "password of me", Cancel));
        foreach (
            var (kind, value, word) in new[]
            {
                (SecretKind.Env, "NONE", "NONE is not set"),
                (SecretKind.File, folder.Path, "is a folder"),
                (SecretKind.File, folder.Write("empty", "\n"), "is empty"),
                (SecretKind.Command, "echo no >&2; exit 4", "exit code 4: no"),
            }
        )
            Assert.Contains(word, (await Assert.ThrowsAsync<CroftException>(() => Read(kind, value))).Message);
    }

    [Fact]
    public async Task AreAskedForAfterAllOthersWereFound()
    {
        using var folder = new TemporaryFolder();
        var asked = new List<string>();
        var secrets = new Secrets(
            _ => null,
            (what, _) =>
            {
                asked.Add(what);
                return Word;
            }
        );
        using var desk = new PasswordDesk(secrets, folder.Path, "/croft");
        var login = new LoginSpec { Password = new(SecretKind.Ask, "") };
        var missing = login with { Become = new(BecomeMethod.Su, new(SecretKind.Env, "NONE")) };
        var refused = await Assert.ThrowsAsync<CroftException>(() => desk.PrepareAsync(Guest("a") with { Login = missing }, Cancel));
        Assert.Equal("password of root: the variable NONE is not set", refused.Message);
        Assert.Empty(asked);
        await desk.PrepareAsync(Guest("a") with { Login = login }, Cancel);
        Assert.Equal(["password of me"], asked);
    }

    [Fact]
    public async Task AreToldToWhoAsksForTheRightThingOnly()
    {
        using var folder = new TemporaryFolder();
        using var desk = new PasswordDesk(new(_ => Word, (_, _) => null), folder.Path, "/croft");
        var guest = Guest("a");
        var environment = desk.Environment([guest, Guest("b") with { Login = new() }]);
        var socket = environment[PasswordDesk.Variable]!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
        Task<string?> Ask(string prompt, string? known = null) => PasswordDesk.AskAsync(socket, known, prompt, Cancel);
        Assert.Equal(Word, await Ask("me@f.a's password: "));
        Assert.Equal(Word, await Ask("(me@f.a) Password: "));
        Assert.Equal(Word, await Ask("Password: ", "f.a"));
        var odd = Guest("a") with { User = "newcode" };
        desk.Environment(odd);
        Assert.Equal(Word, await Ask("newcode@f.a's password: "));
        Assert.Null(await Ask("(newcode@f.a) New password: "));
        desk.Environment(guest);
        Assert.Null(await Ask("Password: "));
        Assert.Null(await Ask("me@f.b's password: "));
        Assert.Null(await Ask("Enter passphrase for key 'x': ", "f.a"));
        Assert.Null(await Ask("New password: ", "f.a"));
        Assert.Null(await Ask("Are you sure you want to continue connecting (yes/no/[fingerprint])? ", "f.a"));
        desk.Dispose();
        Assert.False(File.Exists(socket));
        Assert.Null(await Ask("me@f.a's password: "));
        Assert.DoesNotContain(environment.Values, value => value?.Contains(Word, StringComparison.Ordinal) == true);
    }

    [Fact]
    public void AreHashedAsCryptDoes() =>
        Assert.Equal(
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
            Crypt.Sha512("Hello world!", "saltstring")
        );

    [Theory]
    [InlineData(BecomeMethod.Sudo, "sudo")]
    [InlineData(BecomeMethod.Su, "su")]
    public async Task GoAheadOfWhatACommandReads(BecomeMethod method, string program)
    {
        using var folder = new TemporaryFolder();
        // One that asks and one that does not: the command's own input is whole in both.
        foreach (var asks in new[] { true, false })
        {
            var ask = asks
                ? """echo "Password: " | tr -d '\n' >&2; IFS= read -r p; [ "$p" = "$W" ] || { echo "Sorry, try again." >&2; exit 1; }"""
                : ":";
            var fake = folder.Write(
                $"{asks}/{program}",
                $"#!/bin/sh\n{ask}\nwhile [ $# -gt 0 ]; do if [ \"$1\" = -c ]; then exec /bin/sh -c \"$2\"; fi; shift; done\n"
            );
            File.SetUnixFileMode(fake, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            async Task<ToolResult> RunAsync(string password)
            {
                var command = Become.Over(
                    new("cat; echo err >&2; exit 5") { Input = async (stdin, stop) => await stdin.WriteAsync("data\n"u8.ToArray(), stop) },
                    method,
                    password
                );
                return await new Tool("/bin/sh", "-c", command.Text)
                {
                    Environment = new Dictionary<string, string?>
                    {
                        ["PATH"] = $"{Path.GetDirectoryName(fake)}:/usr/bin:/bin",
                        ["W"] = Word,
                    },
                    Input = command.Input,
                }.RunAsync(Cancel);
            }

            var right = await RunAsync(Word);
            Assert.Equal((5, "data\n"), (right.ExitCode, right.Output));
            Assert.EndsWith("err\n", right.Error);
            if (asks)
                Assert.True(Become.IsRefused((await RunAsync("wrong")).Error));
        }
    }

    [Fact]
    public void StandInNoCommandOfSudo() => Assert.DoesNotContain(Word, Become.Over(new("id"), BecomeMethod.Sudo, Word).Text);

    static GuestAccess Guest(string name) =>
        new(name, "f." + name, IPAddress.Loopback, 22, "me", "") { Login = new() { Password = new(SecretKind.Env, "PW") } };
}
