using System.Diagnostics;

namespace Croft.Libvirt.Tests;

public sealed class RefusedCalls
{
    [Fact]
    public void SayWhatAndWhere()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.DefineDomain(Xml.TestDomain(Xml.NewName("refused")));
        var error = Assert.Throws<LibvirtException>(() => domain.Destroy());
        Assert.Equal(LibvirtError.OperationInvalid, error.Code);
        Assert.Contains("not running", error.Message, StringComparison.Ordinal);
        domain.Undefine();
        Assert.Equal(LibvirtError.NoDomain, Assert.Throws<LibvirtException>(() => domain.Start()).Code);
    }

    [Fact]
    public void TellBadXmlFromAMissingName()
    {
        using var connection = TestDriver.Open();
        var missing = Assert.Throws<LibvirtException>(() => connection.DefineDomain("<domain type='test'/>"));
        Assert.Equal((LibvirtError.NoName, LibvirtErrorSource.Domain), (missing.Code, missing.ErrorSource));
        Assert.Equal(LibvirtError.XmlDetail, Assert.Throws<LibvirtException>(() => connection.DefineDomain("<domain")).Code);
    }

    [Fact]
    public void OfManyThreadsKeepTheirOwnErrors()
    {
        using var connection = TestDriver.Open();
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            var expected = i % 2 == 0 ? LibvirtError.NoName : LibvirtError.XmlDetail;
            var error = Assert.Throws<LibvirtException>(() => connection.DefineDomain(i % 2 == 0 ? "<domain type='test'/>" : "<domain"));
            Assert.Equal(expected, error.Code);
            Assert.Null(connection.FindDomain("nobody"));
        });
    }

    [Fact]
    public void OfAnUnknownDriverNameIt() =>
        Assert.Contains(
            "nothing",
            Assert.Throws<LibvirtException>(() => LibvirtConnection.Open("nothing:///")).Message,
            StringComparison.Ordinal
        );

    // libvirt prints errors on stderr unless it is told not to; only another process's stderr can be watched.
    [Fact]
    public async Task PrintNothing()
    {
        using var child = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!)
            {
                ArgumentList = { "--filter-method", $"{typeof(RefusedCalls).FullName}.{nameof(SayWhatAndWhere)}", "--no-progress" },
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            }
        )!;
        var output = child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(child.ExitCode == 0, await output);
        Assert.Empty(errors);
    }
}
