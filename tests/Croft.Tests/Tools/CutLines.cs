using Croft.Tools;

namespace Croft.Tests.Tools;

public sealed class CutLines
{
    [Theory]
    [InlineData("a\nb\n", "a|b")]
    [InlineData("a\r\nb\rc", "a|b|c")]
    [InlineData("\n\n", "|")]
    [InlineData("", "")]
    public void AreTheSameHoweverTheyCome(string text, string expected)
    {
        for (var size = 1; size <= Math.Max(1, text.Length); size++)
        {
            var seen = new List<string>();
            var lines = new Lines(seen.Add);
            for (var i = 0; i < text.Length; i += size)
                lines.Add(text.AsSpan(i, Math.Min(size, text.Length - i)));
            lines.End();
            Assert.Equal(expected, string.Join('|', seen));
        }
    }

    [Fact]
    public void OfATailAreItsEnd()
    {
        var tail = new Tail<int>(100);
        for (var (at, length) = (0, 1); at < 5000; at += length, length = (length * 7 % 150) + 1)
        {
            tail.Add([.. Enumerable.Range(at, length)]);
            var end = at + length;
            Assert.Equal(Enumerable.Range(Math.Max(0, end - 100), Math.Min(end, 100)), tail.Kept.ToArray());
            Assert.Equal(Math.Max(0, end - 100), tail.Lost);
        }
    }
}
