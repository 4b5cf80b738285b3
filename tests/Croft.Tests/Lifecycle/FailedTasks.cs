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
    [InlineData("""{"task": "t", "msg": "Assertion failed", "assertion": "a == b"}""", "task \"t\": Assertion failed: a == b")]
    [InlineData("""{"task": "t", "msg": "own words", "assertion": "a == b"}""", "task \"t\": own words")]
    [InlineData(
        """{"task": "t", "path": "/copy/main.yaml:3", "host": "a", "msg": "/copy/x is bad"}""",
        "task \"t\" at main.yaml:3: x is bad"
    )]
    [InlineData(
        """{"task": "t", "path": "/copy/main.yaml:3", "host": "b", "item": 1, "msg": "bad"}""",
        "task \"t\" on b at main.yaml:3 (item=1): bad"
    )]
    [InlineData(
        """{"task": "t", "msg": "the role was not found\n\nThe error appears to be in 'x': line 1\n\n- a\n  ^ here\n"}""",
        "task \"t\": the role was not found"
    )]
    [InlineData(
        """{"task": "t", "path": "/copy/a.yaml:3", "msg": "cannot\n\nThe error appears to be in '/copy/vars/x.yml': line 2, column 1, but may\n"}""",
        "task \"t\" at a.yaml:3: cannot (vars/x.yml:2:1)"
    )]
    [InlineData(
        """{"task": "t", "path": "/copy/a.yaml:3", "msg": "cannot\n\nThe error appears to be in '/copy/a.yaml': line 3, column 5, but may\n"}""",
        "task \"t\" at a.yaml:3: cannot"
    )]
    [InlineData("""{"task": "t", "message": "no vault secrets found"}""", "task \"t\": no vault secrets found")]
    [InlineData(
        """{"task": "t", "msg": "Could not find or access 'none.j2'\nSearched in:\n\t/a/none.j2\n\t/b/none.j2 on the Ansible Controller."}""",
        "task \"t\": Could not find or access 'none.j2'"
    )]
    public void SayWhy(string line, string reason) =>
        Assert.Equal(reason, AnsiblePlay.Words(line, "a", text => text.Replace("/copy/", "", StringComparison.Ordinal)));

    [Fact]
    public void SayNoMoreThanPeopleRead()
    {
        var line = $$"""{"task": "t", "item": "{{new string('i', 100_000)}}", "msg": "begins {{new string('x', 1_000_000)}} ends"}""";
        var words = AnsiblePlay.Words(line, "a", text => text);
        Assert.InRange(words.Length, 1000, 1500);
        Assert.Contains(": begins x", words, StringComparison.Ordinal);
        Assert.EndsWith("x ends", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "ERROR! We were unable to read either as JSON nor YAML, these are the errors we got from each:\nJSON: Expecting value\n\nSyntax Error while loading YAML.\n  could not find expected ':'\n\nThe error appears to be in '/a.yaml': line 3, column 1, but may",
        "Syntax Error while loading YAML: could not find expected ':' (/a.yaml:3:1)"
    )]
    [InlineData(
        "[ERROR]: YAML parsing failed: Could not find expected ':'.\nOrigin: /a.yaml:3:1\n",
        "YAML parsing failed: Could not find expected ':'. (/a.yaml:3:1)"
    )]
    public void OfFilesThatAreNoYamlSayWhyAndWhere(string said, string words)
    {
        var refusal = new AnsibleRefusal();
        foreach (var line in said.Split('\n'))
            refusal.Take(line);
        Assert.Equal(words, refusal.Words);
    }

    [Fact]
    public void AreNotNeededWhenAnsibleDidNotBegin()
    {
        var refusal = new AnsibleRefusal();
        foreach (
            var line in (string[])
                [
                    "",
                    "ERROR! the role 'web' was not found in /a",
                    "",
                    "The error appears to be in '/a/main.yaml': line 2, column 11, but may",
                    "    ^ here",
                    "ERROR! another",
                ]
        )
            refusal.Take(line);
        Assert.Equal("the role 'web' was not found in /a (/a/main.yaml:2:11)", refusal.Words);
        Assert.Equal(refusal.Words, refusal.After(new("install", "main.yaml:1", null)));
        Assert.Equal("", new AnsibleRefusal().After(new("install", "main.yaml:1", "ok")));
    }

    [Fact]
    public void ThatAnsibleNamesNoPlaceOfAreAtTheTaskThatBeganLast()
    {
        var refusal = new AnsibleRefusal();
        refusal.Take("ERROR! The requested handler 'x' was not found");
        Assert.Equal(
            "task \"install\" at main.yaml:1: The requested handler 'x' was not found",
            refusal.After(new("install", "main.yaml:1", null))
        );
    }
}
