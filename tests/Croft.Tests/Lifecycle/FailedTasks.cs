using Croft.Lifecycle;
using Croft.Phases;

namespace Croft.Tests.Lifecycle;

public sealed class FailedTasks
{
    [Theory]
    [InlineData("""{"task": "t", "msg": "no good"}""", "task \"t\": no good")]
    [InlineData("""{"task": "t", "msg": "non-zero return code", "stderr": "not a\n"}""", "task \"t\": non-zero return code: not a")]
    [InlineData("""{"task": "t", "item": "two", "msg": ["item two", "is bad"]}""", "task \"t\" (item=two): item two, is bad")]
    [InlineData("""{"task": "t", "item": {"a": 1}, "msg": "bad"}""", "task \"t\" (item={\"a\":1}): bad")]
    [InlineData("""{"task": "t", "reason": "Could not find or access 'gone.yml'"}""", "task \"t\": Could not find or access 'gone.yml'")]
    [InlineData("""{"task": "t", "censored": "hidden", "msg": "secret"}""", "task \"t\": hidden")]
    [InlineData("""{"task": "t", "msg": "1\n2\n3\n4\n5"}""", "task \"t\": 2 / 3 / 4 / 5")]
    public void SayWhy(string line, string reason) => Assert.Equal(reason, AnsibleResults.Words(line));

    [Fact]
    public void AreNotNeededWhenAnsibleDidNotBegin()
    {
        var refusal = new AnsibleRefusal();
        foreach (var line in (string[])["", "ERROR! the role 'web' was not found in /a", "", "The error appears to be in '/a/main.yaml': line 2, column 11, but may", "    ^ here", "ERROR! another"])
            refusal.Take(line);
        Assert.Equal("the role 'web' was not found in /a (/a/main.yaml:2:11)", refusal.Words);
    }
}
