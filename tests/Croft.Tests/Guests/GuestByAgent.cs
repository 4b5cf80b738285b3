using System.Net;
using System.Text;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;

namespace Croft.Tests.Guests;

/// <summary>This host in a guest's place, entered by an agent.</summary>
public sealed class GuestByAgent : GuestContract
{
    protected override TimeProvider Clock => TimeProvider.System;

    protected override string Greeting => "the guest agent";

    protected override bool HasNoConnection => true;

    protected override Task OnAsync(Func<IGuest, Func<Task>, Task> use)
    {
        var agent = new AgentOfThisHost();
        return use(GuestOf(agent), () =>
        {
            agent.Refusal = "the guest agent is not connected";
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task HandsOverInputOfAnyLengthInPiecesThatAgentsBear()
    {
        var agent = new AgentOfThisHost();
        foreach (var length in (int[])[0, 10, IGuestAgent.Piece, IGuestAgent.Piece + 1, 1_000_000])
        {
            var said = await GuestOf(agent)
                .RunAsync(
                    new("wc -c") { Input = async (stdin, stop) => await stdin.WriteAsync(new byte[length], stop) },
                    CancellationToken.None
                );
            Assert.Equal((0, $"{length}\n"), (said.ExitCode, said.Output));
        }

        Assert.InRange(agent.Largest, 1, IGuestAgent.Piece);
    }

    [Fact]
    public async Task IsHeardWhileACommandRunsAndToItsVeryEnd()
    {
        var (text, times) = (new StringBuilder(), 0);
        var result = await GuestOf(new())
            .RunAsync(
                new("echo one; sleep 1; echo two >&2; head -c 200000 /dev/zero | tr '\\0' x; exit 3")
                {
                    Said = said =>
                    {
                        times++;
                        text.Append(Encoding.UTF8.GetString(said));
                    },
                },
                CancellationToken.None
            );
        Assert.Equal(3, result.ExitCode);
        Assert.Equal("one\ntwo\n" + new string('x', 200_000), text.ToString());
        Assert.True(times > 2);
    }

    [Fact]
    public async Task SaysWhatLeavesItNoCommands()
    {
        var agent = new AgentOfThisHost { Refusal = IGuestAgent.Forbids + " guest-exec" };
        var (_, refusal) = await GuestOf(agent).TryOpenAsync(Clock, CancellationToken.None);
        var said = Refusal.Of(refusal!, GuestOf(agent).Access)!;
        Assert.Contains("may not run commands", said.Reason);
        Assert.Contains("qemu-ga", said.Cure);
    }

    static AgentGuest GuestOf(AgentOfThisHost agent) =>
        new(new("a", "f.a", IPAddress.Loopback, 22, "root", "") { Login = new(ConnectionKind.Agent) }, agent);
}
