using System.Security.Cryptography;
using System.Text;
using Croft.Farms;
using Croft.Images;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Images;

/// <summary>Whose signatures are verified, and against which keys.</summary>
public sealed partial class ImagesOfPublishers
{
    [Theory]
    [InlineData("detached")]
    [InlineData("inline")]
    public async Task AreRefusedWhenTheSignatureIsAnothers(string form)
    {
        var (url, image) = await SignedAsync(form, isUnsure: false);
        await store.EnsureAsync(image, new Recorder(), Cancel);
        Assert.Equal([], told);
        Assert.Equal(1, server.Count("/key"));
        var list = Encoding.UTF8.GetString(server.Files["/list"]);
        server.Files["/list"] = Encoding.UTF8.GetBytes(
            form == "inline" ? list.Replace("disk.img", "disk.im", StringComparison.Ordinal) : list + "\n"
        );
        File.Delete(LockFile);
        var error = await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(image, new Recorder(), Cancel));
        Assert.Contains("/list is not signed by ", error.Message);
        Assert.Equal(1, server.Count("/key"));
        Assert.NotNull(url);
    }

    [Fact]
    public async Task AreUsedWithAWarningWhenOnlyOthersToldTheKey()
    {
        var (_, image) = await SignedAsync("detached", isUnsure: true);
        server.Files["/list"] = [.. server.Files["/list"], (byte)'\n'];
        await store.EnsureAsync(image, new Recorder(), Cancel);
        Assert.Contains(told, text => text.Contains("is not signed by", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AreRefusedWhenThePublishersKeyIsAnother()
    {
        var (_, image) = await SignedAsync("detached", isUnsure: false, new string('A', 40));
        Assert.Contains(
            "/key has not the fingerprint AAAA",
            (await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(image, new Recorder(), Cancel))).Message
        );
    }

    [Fact]
    public async Task AreUsedWithAWarningWhenOnlyOthersToldWhereTheKeyIs()
    {
        var (_, image) = await SignedAsync("detached", isUnsure: false, new string('A', 40), "unsure_at: true");
        await store.EnsureAsync(image, new Recorder(), Cancel);
        Assert.Contains(told, text => text.Contains("was not verified: the key at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task MayBeSignedThemselves()
    {
        var (url, image) = await SignedAsync("image", isUnsure: false);
        await store.EnsureAsync(image, new Recorder(), Cancel);
        Assert.Equal([], told);
        Assert.True(store.Remove(store.List()[0].Id));

        // Who changes the list with the image does not have the key. What was pinned is verified, too.
        server.Files["/disk.img"] = RawDisk.Make();
        server.Files["/list"] = Encoding.ASCII.GetBytes(
            $"{Convert.ToHexStringLower(SHA256.HashData(server.Files["/disk.img"]))}  disk.img\n"
        );
        store.Lock!.Set(image, new Pinned(url, $"sha256:{Convert.ToHexStringLower(SHA256.HashData(server.Files["/disk.img"]))}"));
        var error = await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(image, new Recorder(), Cancel));
        Assert.Contains("/disk.img is not signed by ", error.Message);
        Assert.Empty(store.List());

        server.Files["/disk.img"] = disk;
        server.Files.TryRemove("/disk.img.sig", out _);
        File.Delete(LockFile);
        server.Files["/list"] = Encoding.ASCII.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(disk))}  disk.img\n");
        await store.EnsureAsync(image, new Recorder(), Cancel);
        Assert.Contains(told, text => text.Contains("there is no signature", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("arch", "{image}.sig")]
    [InlineData("alpine", "{image}.asc")]
    [InlineData("coreos", "{image}.sig")]
    [InlineData("flatcar", "{image}.sig")]
    public void OfTheseFamiliesAreSignedThemselves(string name, string form)
    {
        var image = Image(name, "x86_64");
        Assert.Equal(form, image.Family.ImageSignature);
        Assert.Contains(image.Family.Keys, key => key.For.Holds(image.Version, image.Variant, image.Arch));
    }

    [Fact]
    public async Task OutsideTheSignedPartOfAListAreNotInIt()
    {
        var (_, image) = await SignedAsync("inline", isUnsure: false);
        server.Files["/list"] = [.. Encoding.ASCII.GetBytes($"{new string('0', 128)}  disk.img\n\n"), .. server.Files["/list"]];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(disk)), (await store.EnsureAsync(image, new Recorder(), Cancel)).Id);
    }

    /// <summary>An image whose list of checksums is signed by a key made for it.</summary>
    async Task<(string Url, CatalogueImage Image)> SignedAsync(string form, bool isUnsure, string? fingerprint = null, string? more = null)
    {
        await using var signer = await Signer.MakeAsync(folder["signer"]);
        await File.WriteAllTextAsync(folder["list"], $"{Convert.ToHexStringLower(SHA256.HashData(disk))}  disk.img\n", Cancel);
        await signer.RunAsync("--output", folder["list.sig"], form == "inline" ? "--clearsign" : "--detach-sign", folder["list"]);
        await signer.RunAsync("--output", folder["key"], "--export");
        server.Files["/disk.img"] = disk;
        server.Files["/list"] = await File.ReadAllBytesAsync(folder[form == "inline" ? "list.sig" : "list"], Cancel);
        server.Files["/list.gpg"] = await File.ReadAllBytesAsync(folder["list.sig"], Cancel);
        await File.WriteAllBytesAsync(folder["disk.img"], disk, Cancel);
        await signer.RunAsync("--output", folder["disk.img.sig"], "--detach-sign", folder["disk.img"]);
        server.Files["/disk.img.sig"] = await File.ReadAllBytesAsync(folder["disk.img.sig"], Cancel);
        server.Files["/key"] = await File.ReadAllBytesAsync(folder["key"], Cancel);
        await File.WriteAllTextAsync(
            folder["signed.yaml"],
            $$"""
            family: signed
            base: {{server.Url("/")}}
            arch: { x86_64: x86_64 }
            places:
              - { image: "{base}disk.img", checksums: "{base}list", {{form switch
            {
                "inline" => "signature: inline",
                "image" => "",
                _ => "signature: \"{base}list.gpg\"",
            }}} }
            {{(form == "image" ? "image_signature: \"{image}.sig\"" : "")}}
            keys:
              - { fingerprint: {{fingerprint ?? signer.Fingerprint}}, at: "{base}key", unsure: {{(isUnsure ? "true" : "false")}}, {{more}} }
            """,
            Cancel
        );
        var family = UserConfiguration.Read(Reading.Defaults with { Catalog = [folder["signed.yaml"]] }).Families[0];
        return (server.Url("/disk.img").AbsoluteUri, new CatalogueImage("signed", family, "", "", "x86_64", null, null, null));
    }
}
