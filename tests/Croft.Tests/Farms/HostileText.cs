using System.Text;
using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class HostileText
{
    [Fact]
    public void AliasBombIsRefused()
    {
        StringBuilder bomb = new("farm: f\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 20; i++)
            bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");

        Assert.Contains("too large with its aliases written out", Reading.Problems(bomb.ToString()));
    }

    [Fact]
    public void DeepNestingByAliasesIsRefused()
    {
        StringBuilder chain = new("farm: f\na0: &a0 [x]\n");
        for (var i = 1; i < 100; i++)
            chain.Append($"a{i}: &a{i} [*a{i - 1}]\n");

        Assert.Contains("too large with its aliases written out", Reading.Problems(chain.ToString()));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{ a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public void DeepNestingIsRefused(string level) =>
        Assert.NotEqual("", Reading.Problems("farm: f\nvms:\n  " + string.Concat(Enumerable.Repeat(level, 100_000))));

    [Fact]
    public void HugeScalarIsShownShort()
    {
        var problems = Reading.Problems("farm: " + new string('a', 10 << 20));
        Assert.InRange(problems.Length, 50, 300);
    }

    [Fact]
    public void HugeFileIsRefused() => Assert.Contains("larger than 16 MiB", Reading.Problems("farm: " + new string('a', 17 << 20)));

    [Fact]
    public void UnprintableTextIsShownEscaped() =>
        Assert.Contains("\"a\\u001b[31m\\u202eb\"", Reading.Problems("farm: \"a\\e[31m\\u202Eb\""));

    [Theory]
    [InlineData(
        "farm: f\nvms:\n\u00a0 list: []",
        "no key \"\\u00a0 list\"; its character 1 is U+00A0, which is no space to YAML: write a plain one"
    )]
    [InlineData("farm: f\nvms: { list: [ { name:\u00a0a, platform: debian_13 } ] }", "character 6 is U+00A0")]
    [InlineData("farm: f\nvms:\n  list:\n    - name:\u00a0a\n      platform: debian_13", "farm.yaml:4:12: not YAML: ")]
    [InlineData(
        "farm: f\nvms:\n  list:\n    - name: a\n      platform: debian_13\n    \u2013 name: b\n      platform: debian_13",
        "U+2013 only looks like the \"-\" of a list: write a plain one"
    )]
    public void CharactersThatLookLikeOthersAreNamed(string text, string problem) => Assert.Contains(problem, Reading.Problems(text));

    [Fact]
    public void LargePropertiesAreRefused() =>
        Assert.Contains(
            "vms.list[0].properties: too much to hand to every machine",
            Reading.MachineProblems($"properties: {{ a: {new string('a', 2 << 20)} }}")
        );

    [Theory]
    [InlineData("cpu")]
    [InlineData("machine")]
    [InlineData("user")]
    [InlineData("apart")]
    [InlineData("hypervisor")]
    [InlineData("platform")]
    [InlineData("target")]
    public void StrangeTextsAreRefusedEverywhere(string key)
    {
        foreach (
            var text in (string[])
                ["a b", "a'b", "a\\\"b", "a<b", "a&b", "a;b", "$(a)", "`a`", "../a", "a\\nb", "a\\0b", "a/b", "a\\\\b", "", "-a"]
        )
        {
            var problems = Reading.Problems(
                $"farm: f\nvms: {{ list: [ {{ platform: debian_13, name: x{(key == "platform" ? " }, { " : ", ")}{key}: \"{text}\" }} ] }}"
            );
            Assert.Contains($".{key}: ", problems);
        }
    }

    [Fact]
    public void RandomGarbageIsProblemsNeverMore()
    {
        string[] pieces =
        [
            "farm",
            ": ",
            "\n",
            "\n  ",
            "\n    ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "&a ",
            "*a",
            "<<",
            "!",
            "!!str ",
            "'",
            "\"",
            "\\",
            "|",
            ">",
            "%",
            "@",
            "`",
            "#",
            "---",
            "...",
            "\t",
            "~",
            "?",
            "0",
            "vms",
            "list",
            "platform",
            "debian_13",
            "networks",
            "a",
            "cidr",
            "10.0.0.0/24",
            "disks",
            "name",
            "count",
            "2",
            "image",
            "project",
            "vars",
            "exclude",
            "permutations",
            "\u00e9",
            "\ud83d\ude00",
            "\ud800",
            "\0",
            "\r",
            "\u2028",
            "\ufeff",
        ];
        Random random = new(20261120);
        for (var i = 0; i < 20_000; i++)
        {
            StringBuilder text = new(random.Next(2) == 0 ? "farm: f\n" : "");
            for (var length = random.Next(40); length > 0; length--)
                text.Append(pieces[random.Next(pieces.Length)]);

            try
            {
                var reading = FarmFile.ReadText(text.ToString(), Reading.Nowhere, Reading.Defaults);
                Assert.Equal(reading.Farm is null, !reading.Problems.IsEmpty);
            }
            catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
            {
                Assert.Fail($"{e}\nat:\n{text}");
            }
        }
    }

    [Fact]
    public void DamagedExamplesAreProblemsNeverMore()
    {
        Random random = new(7);
        foreach (var example in Schema.Examples.Select(row => row.Data))
        {
            var whole = File.ReadAllText(Path.Combine(Repository.Root, example));
            for (var i = 0; i < 3000; i++)
            {
                StringBuilder text = new(whole);
                for (var hits = random.Next(1, 4); hits > 0; hits--)
                {
                    var at = random.Next(text.Length);
                    _ = random.Next(3) switch
                    {
                        0 => text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at)),
                        1 => text.Insert(at, (char)random.Next(32, 127)),
                        _ => text.Insert(at, text.ToString(random.Next(text.Length / 2), 10)),
                    };
                }

                Assert.NotNull(FarmFile.ReadText(text.ToString(), Reading.Nowhere, Reading.Defaults));
            }
        }
    }

    [Fact]
    public void FarmThatWouldTakeImagesForItsOwnIsRefused() =>
        Assert.StartsWith(
            "farm.yaml:1:7: farm: \"image\" is what the volumes of images are named by",
            Reading.Problems("farm: image\nvms: { list: [ { platform: debian_12 } ] }")
        );
}
