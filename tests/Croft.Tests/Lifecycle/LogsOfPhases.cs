using System.Text;
using Croft.Lifecycle;
using Croft.Phases;
using Croft.Tests.Farms;

namespace Croft.Tests.Lifecycle;

public sealed class LogsOfPhases : IDisposable
{
    readonly TemporaryFolder folder = new();

    string File => Path.Combine(folder.Path, "logs/main.log");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void HoldWhatWasSaidAsItWas()
    {
        var lines = new List<string>();
        using (var log = new PhaseLog(File, 64 << 10, lines.Add))
        {
            log.Add("one\r\ntw"u8);
            log.Add([(byte)'o', 0xC3]);
            log.Add([0xA9, 0xFF, (byte)'\n', (byte)'\n', (byte)'e']);
            Assert.Equal("e", log.LastLine);
            Assert.Equal(14, new FileInfo(File).Length); // at once
        }

        Assert.Equal([.. "one\r\ntwo"u8, 0xC3, 0xA9, 0xFF, .. "\n\ne"u8], System.IO.File.ReadAllBytes(File));
        Assert.Equal(["one", "twoé\uFFFD", "", "e"], lines);
    }

    [Fact]
    public void KnowCroftsOwnWordsFromThePhases()
    {
        using var log = new PhaseLog(File, 64 << 10, null);
        log.AddLine("no such package");
        log.Note("left running: 7 sleep");
        Assert.Equal("no such package", log.LastLine);
        log.AddLine("\e[31mred\e[0m\a\0 \e]0;title\a");
        Assert.Equal("red", log.LastLine);
        log.Note("left running: 7 sleep");
        Assert.EndsWith("[croft: left running: 7 sleep]\n", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void AreCutAtTheirLimitAndKeepTheirEnd()
    {
        using (var log = new PhaseLog(File, 64 << 10, null))
            for (var i = 0; i < 50_000; i++)
                log.AddLine($"line {i}");

        var text = System.IO.File.ReadAllText(File);
        Assert.InRange(text.Length, 63 << 10, 65 << 10);
        Assert.StartsWith("line 0\nline 1\n", text, StringComparison.Ordinal);
        Assert.Contains(" bytes are left out here: project.log_limit is 65536 bytes]\nline ", text);
        Assert.EndsWith("line 49998\nline 49999\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void KeepTheEndOfALineWithoutEnd()
    {
        using (var log = new PhaseLog(File, 64 << 10, null))
        {
            for (var i = 0; i < 20_000; i++)
                log.Add("no end here "u8);
            log.AddLine("the end");
        }

        Assert.EndsWith("no end here the end\n", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
    }

    [Fact]
    public void AreWholeUpToTheirLimit()
    {
        var said = Encoding.ASCII.GetBytes(new string('x', 64 << 10));
        using (var log = new PhaseLog(File, 64 << 10, null))
            log.Add(said);
        Assert.Equal(said, System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public void ThatCannotBeWrittenCostNothingButThemselves()
    {
        System.IO.File.WriteAllText(Path.Combine(folder.Path, "logs"), "no folder");
        using var log = new PhaseLog(File, 64 << 10, null);
        log.AddLine("heard");
        Assert.Equal("heard", log.LastLine);
        Assert.Contains("its log is not whole: ", Assert.Single(log.Remarks));
    }
}
