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

    readonly TempFolder folder = new();
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
    public async Task ThatAreNoFamiliesAreRefusedWithTheirAddress()
    {
        server.Files["/page.yaml"] = "<html>404</html>"u8.ToArray();
        var file = Write("farm.yaml", $"farm: f\ncatalog: [{server.Url("/page.yaml")}]\nvms: {{}}\n");
        await FarmCatalog.FetchAsync(file, Cancel);
        Assert.Contains(server.Url("/page.yaml").ToString(), $"{FarmFile.Read(file, Reading.Defaults).Problems[0]}");
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
