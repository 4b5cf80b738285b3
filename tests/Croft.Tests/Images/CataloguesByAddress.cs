using System.Text;
using Croft.Farms;
using Croft.Images;
using Croft.Tests.Farms;

namespace Croft.Tests.Images;

/// <summary>A family of images whose file is on a server.</summary>
public sealed class CataloguesByAddress : IDisposable
{
    const string Family = """
        family: void
        base: https://example.org/
        arch: { x86_64: x86_64 }
        versions: '\d+'
        places:
          - { image: '{base}void-{version}.qcow2', checksums: '{base}sums' }
        """;

    readonly TemporaryFolder folder = new();
    readonly FileServer server = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AreFetchedOnceAndReadFromThenOn()
    {
        server.Files["/void.yaml"] = Encoding.UTF8.GetBytes(Family);
        var file = Write(
            "farm.yaml",
            $"farm: f\ncatalog: [{server.Url("/void.yaml")}]\nvms: {{ list: [ {{ platform: void3, target: amd64 }} ] }}\n"
        );
        Assert.Contains("was not fetched yet; croft image update fetches it", $"{FarmFile.Read(file, Reading.Defaults).Problems[0]}");
        await FarmCatalog.FetchAsync(file, Cancel);
        Assert.Equal("void_3/x86_64", ((CatalogueImage)FarmFile.Read(file, Reading.Defaults).Require().Machines[0].Image).Key);
        Assert.Equal(1, server.Count("/void.yaml"));
    }

    [Fact]
    public async Task MayBeNamedInTheUsersConfiguration()
    {
        server.Files["/void.yaml"] = Encoding.UTF8.GetBytes(Family);
        var file = Write("config.yaml", $"platform: void3\ncatalog: [{server.Url("/void.yaml")}]\n");
        await FarmCatalog.FetchAsync(file, Cancel);
        Assert.Equal("void", UserConfiguration.Read(Reading.Defaults with { Configuration = file }).Families.Single().Name);
    }

    [Fact]
    public async Task ThatAreGoneAreNamed()
    {
        var address = server.Url("/gone.yaml");
        var file = Write("farm.yaml", $"farm: f\ncatalog: [{address}]\nvms: {{}}\n");
        var error = await Assert.ThrowsAsync<CroftException>(() => FarmCatalog.FetchAsync(file, Cancel));
        Assert.Equal($"catalog: there is no {address}", error.Message);
        Assert.False(Directory.Exists(folder[".croft/catalog"]));
    }

    [Fact]
    public async Task ThatAreNoFamiliesAreRefusedAndTakeNothingsPlace()
    {
        server.Files["/void.yaml"] = Encoding.UTF8.GetBytes(Family);
        var file = Write(
            "farm.yaml",
            $"farm: f\ncatalog: [{server.Url("/void.yaml")}]\nvms: {{ list: [ {{ platform: void3, target: amd64 }} ] }}\n"
        );
        await FarmCatalog.FetchAsync(file, Cancel);
        server.Files["/void.yaml"] = "<html>404</html>"u8.ToArray();
        var error = await Assert.ThrowsAsync<CroftException>(() => FarmCatalog.FetchAsync(file, Cancel));
        Assert.StartsWith(
            $"catalog: {server.Url("/void.yaml")}:1:1: must be a map, not a single value",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Empty(FarmFile.Read(file, Reading.Defaults).Problems);
    }

    [Theory]
    [InlineData("file:///srv/void.yaml", "write \"/srv/void.yaml\"")]
    [InlineData("sftp://host/void.yaml", "begins with http://, https:// or ftp://")]
    public void OfOtherSchemesAreRefused(string address, string cure) =>
        Assert.Contains(
            cure,
            $"{FarmFile.Read(Write("farm.yaml", $"farm: f\ncatalog: [\"{address}\"]\nvms: {{}}\n"), Reading.Defaults).Problems[0]}",
            StringComparison.Ordinal
        );

    [Fact]
    public void GiveAPlatformThatNoMachineHas()
    {
        Write("void.yaml", Family);
        var file = Write("farm.yaml", "farm: f\ncatalog: [void.yaml]\nvms: { list: [ { platform: d12, target: amd64 } ] }\n");
        Assert.Equal(
            ["d12-amd64", "croft-image-0"],
            FarmFile.Read(file, Reading.Defaults, ["void3"]).Require().Machines.Select(m => m.Name)
        );
        Assert.Contains("no platform \"none\"", $"{FarmFile.Read(file, Reading.Defaults, ["none"]).Problems[0]}", StringComparison.Ordinal);
    }

    string Write(string name, string text)
    {
        File.WriteAllText(folder[name], text);
        return folder[name];
    }

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }
}
