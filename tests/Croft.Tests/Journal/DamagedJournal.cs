using Croft.Journal;
using Croft.Tests.Farms;

namespace Croft.Tests.Journal;

public sealed class DamagedJournal : IDisposable
{
    const string Good = """{"time":"2026-03-01T09:30:05+00:00","kind":"note","reason":"good"}""";
    readonly TemporaryFolder state = new();

    [Theory]
    [InlineData("""{"time":"2026-03-01T09:3""")]
    [InlineData("{")]
    [InlineData("\0\0\0\0")]
    public void LosesOnlyItsTornLastLine(string torn) => Assert.Equal(["good", "good"], Reasons($"{Good}\n{Good}\n{torn}"));

    [Fact]
    public void KeepsALastLineThatOnlyMissesItsEnd() => Assert.Equal(["good", "good"], Reasons($"{Good}\n{Good}"));

    [Fact]
    public void NeverThrowsWhereverItWasCut()
    {
        var whole = $"{Good}\n{Good}\n";
        for (var length = 0; length <= whole.Length; length++)
            Assert.All(Reasons(whole[..length]), reason => Assert.Equal("good", reason));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("""{"reason":"neither time nor kind"}""")]
    [InlineData("""{"time":"2026-03-01T09:30:05+00:00","kind":"fromTheFuture"}""")]
    [InlineData("""{"time":"2026-03-01T09:30:05+00:00","kind":6}""")]
    public void NotesADamagedLineInTheMiddle(string damaged) =>
        Assert.Equal(["good", "events.jsonl:2: this line is damaged and was left out", "good"], Reasons($"{Good}\n{damaged}\n{Good}\n"));

    [Fact]
    public void ThatIsMissingIsAnErrorForPeople()
    {
        var error = Assert.Throws<CroftException>(() => JournalReader.Read(Path.Combine(state.Path, "none.jsonl")));
        Assert.Equal(FaultKind.World, error.Kind);
    }

    public void Dispose() => state.Dispose();

    IEnumerable<string?> Reasons(string text)
    {
        var path = Path.Combine(state.Path, "events.jsonl");
        File.WriteAllText(path, text);
        return JournalReader.Read(path).Select(e => e.Reason);
    }
}
