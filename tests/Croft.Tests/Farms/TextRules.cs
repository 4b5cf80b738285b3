using System.Reflection;
using System.Text.RegularExpressions;
using Croft.Farms.Reading;

namespace Croft.Tests.Farms;

public sealed class TextRules
{
    public static TheoryData<string> Names =>
        [.. typeof(Rules).GetFields().Where(rule => rule.FieldType == typeof(TextShape)).Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void CodeAndPatternAgree(string name)
    {
        var rule = (TextShape)typeof(Rules).GetField(name, BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
        Regex pattern = new(rule.Pattern.Replace("$", "\\z"));
        string[] pieces =
        [
            "a",
            "z",
            "A",
            "0",
            "9",
            "-",
            "_",
            ".",
            "..",
            "/",
            "+",
            ":",
            "@",
            "*",
            "[",
            "]",
            "?",
            "=",
            "~",
            ",",
            ";",
            "%",
            " ",
            "&",
            "<",
            "\"",
            "'",
            "$",
            "\n",
            "é",
            "qemu",
            "://",
            "http://",
            "https://h",
            "bookworm",
            new string('b', 61),
            new string('f', 64),
            "52:54:00:12:34:56",
            "00:00:00:00:00:00",
        ];
        Random random = new(3);
        var (held, refused) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => pieces[random.Next(pieces.Length)]));
            Assert.True(rule.Holds(text) == pattern.IsMatch(text), $"{name}: {text}: code {rule.Holds(text)}");
            _ = rule.Holds(text) ? held++ : refused++;
        }

        Assert.True(held > 0 && refused > 0, $"{name}: {held} held, {refused} refused");
    }
}
