using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Croft.Engines.Libvirt;

namespace Croft.Tests.Engines;

/// <summary>What a guest says by its agent, or at its spare channel, may be anything.</summary>
public sealed class AgentsThatLie
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("\"x\"")]
    [InlineData("""{ "pid": "x", "exited": 1, "supported_commands": 7, "buf-b64": "%" }""")]
    [InlineData("""{ "pid": null, "exited": true, "exitcode": "x", "supported_commands": [ 1, null, { "enabled": "x" } ] }""")]
    [InlineData("""{ "pid": 1e40, "exited": true, "out-data": "%%%", "supported_commands": { "a": 1 }, "buf-b64": 7 }""")]
    [InlineData("""{ "pid": [], "exited": {}, "out-data": {}, "buf-b64": [] }""")]
    public async Task FailWithTheirWords(string answer)
    {
        var agent = new LibvirtAgent(HostThatAnswers.Make((_, _) => Task.FromResult(JsonNode.Parse(answer)!)), "f.a");
        await agent.RefusalAsync(Cancel);
        Func<Task>[] questions =
        [
            () => agent.StartAsync("true", default, Cancel),
            () => agent.ExitAsync(1, Cancel),
            () => agent.OpenAsync("/x", write: true, Cancel),
            () => agent.ReadAsync(1, 0, Cancel),
            () => agent.WriteAsync(1, default, Cancel),
            () => agent.CloseAsync(1, Cancel),
        ];
        foreach (var question in questions)
            Assert.True(await Record.ExceptionAsync(question) is null or CroftException);
        var refused = await Record.ExceptionAsync(questions[1]);
        Assert.Contains("the guest agent of f.a answered guest-exec-status with ", refused?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("croft-end {0} rubbish\n", null)]
    [InlineData("croft-end {0} 99999999999999999999\n", null)]
    [InlineData("noise\ncroft-said {0} hello\ncroft-end {0} 3\n", 3)]
    public async Task OfTheWaitingScriptEndInAnAnswerOrInNone(string says, int? code)
    {
        using var channel = new Channel(says);
#pragma warning disable CA2025 // whoever opens it has disposed it by then
        var host = HostThatAnswers.Make((_, _) => Task.FromResult<Stream>(channel));
#pragma warning restore CA2025
        Assert.Equal(code, (await WaiterChannel.RunAsync(host, "f.a", "true", TimeSpan.FromSeconds(10), Cancel))?.ExitCode);
    }

    /// <summary>Answers what is written to it, with the id that was given to it.</summary>
    sealed class Channel(string says) : Stream
    {
#pragma warning disable CA2213 // a reader may still wait in it
        readonly BlockingCollection<byte> said = [];
#pragma warning restore CA2213

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get; set; }

        public override void Write(byte[] buffer, int offset, int count)
        {
            var id = Encoding.UTF8.GetString(buffer, offset, count).Split(' ')[1];
            foreach (var each in Encoding.UTF8.GetBytes(string.Format(null, says, id)))
                said.Add(each);
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (!said.TryTake(out buffer[offset], Timeout.Infinite, Cancel))
                return 0;
            var length = 1;
            while (length < count && said.TryTake(out var next))
                buffer[offset + length++] = next;
            return length;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            said.CompleteAdding();
            base.Dispose(disposing);
        }
    }
}
